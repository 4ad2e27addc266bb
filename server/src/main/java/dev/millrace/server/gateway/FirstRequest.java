package dev.millrace.server.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which no request has come in time, which the library does only from the
 * first one on.
 */
final class FirstRequest extends ChannelInboundHandlerAdapter {
  private static final AttributeKey<Boolean> SEEN =
      AttributeKey.valueOf(FirstRequest.class, "SEEN");

  private final Duration patience;

  FirstRequest(Duration patience) {
    this.patience = patience;
  }

  /** A request has come on a connection. */
  static void seen(@Nullable Channel channel) {
    if (channel != null) {
      channel.attr(SEEN).set(true);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    Channel channel = context.channel();
    channel
        .eventLoop()
        .schedule(
            () -> {
              if (!channel.hasAttr(SEEN)) {
                channel.close();
              }
            },
            patience.toNanos(),
            TimeUnit.NANOSECONDS);
  }
}
