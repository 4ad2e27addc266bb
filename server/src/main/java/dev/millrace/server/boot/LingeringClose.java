package dev.millrace.server.boot;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelDuplexHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.channel.socket.DuplexChannel;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection so that its peer gets all that was sent: RFC 9112, section 9.6. A socket that
 * is closed while bytes of the peer lie unread is reset, and what the peer has not read yet is
 * lost. So this side ends its own half, and throws away what still comes until the peer ends the
 * other.
 */
final class LingeringClose extends ChannelDuplexHandler {
  private static final long PATIENCE_MILLIS = 2000;

  private boolean lingering;

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
    Channel channel = context.channel();
    if (!channel.isActive() || !(channel instanceof DuplexChannel duplex)) {
      super.close(context, promise);
      return;
    }
    channel.closeFuture().addListener(closed -> promise.trySuccess());
    if (lingering) {
      return;
    }
    lingering = true;
    context.executor().schedule(() -> context.close(), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    context
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            flushed ->
                duplex
                    .shutdownOutput()
                    .addListener(
                        ended -> {
                          if (!ended.isSuccess()) {
                            context.close();
                          }
                        }));
    channel.config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (lingering) {
      ReferenceCountUtil.release(message);
    } else {
      super.channelRead(context, message);
    }
  }
}
