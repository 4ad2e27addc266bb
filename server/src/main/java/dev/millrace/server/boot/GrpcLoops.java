package dev.millrace.server.boot;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The event loops of the gRPC door, and connections on them that close with care. */
final class GrpcLoops implements AutoCloseable {
  private static final int LOOPS_PER_CORE = 2;
  private static final long PATIENCE_MILLIS = 2500;

  private final EventLoopGroup accepting;
  private final EventLoopGroup working;

  GrpcLoops() {
    IoHandlerFactory handlers =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    // The library's own threads: its buffers are pooled for these alone.
    accepting =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("grpc-accept", true), handlers);
    working =
        new MultiThreadIoEventLoopGroup(
            LOOPS_PER_CORE * Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("grpc-io", true),
            handlers);
  }

  /** Has a server's connections run here. */
  void addTo(NettyServerBuilder builder) {
    builder
        .bossEventLoopGroup(accepting)
        .workerEventLoopGroup(working)
        .channelFactory(GrpcLoops::listener);
  }

  private static ServerChannel listener() {
    ServerChannel listener =
        Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    listener
        .pipeline()
        .addFirst(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object accepted)
                  throws Exception {
                ((Channel) accepted).pipeline().addFirst(new LingeringClose());
                super.channelRead(context, accepted);
              }
            });
    return listener;
  }

  @Override
  public void close() {
    accepting.shutdownGracefully(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    working.shutdownGracefully(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }
}
