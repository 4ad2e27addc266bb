package dev.millrace.server.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Ends a connection of HTTP/2 whose streams this server has to reset too often: a client can have
 * that done by frames that are amiss, and open new streams at once (CVE-2025-8671). The library
 * counts the resets that it receives, not those that it sends. Of one connection.
 */
final class SentResets extends ChannelInboundHandlerAdapter {
  private final int most;
  private final long windowNanos;
  private final LongSupplier nanoTime;

  /**
   * A limit.
   *
   * @param most resets within each window
   * @param nanoTime as {@link System#nanoTime()}
   */
  SentResets(int most, Duration window, LongSupplier nanoTime) {
    this.most = most;
    this.windowNanos = window.toNanos();
    this.nanoTime = nanoTime;
  }

  /** What speaks HTTP/2 comes into the pipeline with the first bytes, if at all. */
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    context.fireChannelRead(message);
    Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
    if (http2 != null && !context.isRemoved()) {
      http2.connection().addListener(new Count(http2, context.pipeline().context(http2)));
      context.pipeline().remove(this);
    }
  }

  private final class Count extends Http2ConnectionAdapter {
    private final Http2ConnectionHandler http2;
    private final ChannelHandlerContext context;
    private long windowBegan = nanoTime.getAsLong();
    private int resets;

    Count(Http2ConnectionHandler http2, ChannelHandlerContext context) {
      this.http2 = http2;
      this.context = context;
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      if (!stream.isResetSent()) {
        return;
      }
      long now = nanoTime.getAsLong();
      if (now - windowBegan > windowNanos) {
        windowBegan = now;
        resets = 0;
      }
      if (++resets == most + 1) {
        // Not from within a change of the connection's streams.
        context.executor().execute(this::end);
      }
    }

    private void end() {
      http2.onError(
          context,
          false,
          Http2Exception.connectionError(
              Http2Error.ENHANCE_YOUR_CALM, "too many streams that had to be reset"));
    }
  }
}
