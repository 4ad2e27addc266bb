package dev.millrace.server.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Sends calls to a server over loopback. Thread-safe; owns its connections. */
final class Load implements AutoCloseable {
  private static final int CONNECTIONS = 4;

  // To wake up for each of ten thousand calls a second would take a core from the server.
  private static final long TICK_NANOS = 500_000;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final MethodDescriptor<byte[], byte[]> method;
  private final Metadata headers;

  /** A generator of calls of one method. */
  Load(String address, MethodDescriptor<byte[], byte[]> method) {
    this(address, method, new Metadata());
  }

  /** The same with headers. */
  Load(String address, MethodDescriptor<byte[], byte[]> method, Metadata headers) {
    this.method = method;
    this.headers = headers;
    for (int i = 0; i < CONNECTIONS; i++) {
      channels.add(
          NettyChannelBuilder.forTarget(address)
              .usePlaintext()
              .directExecutor()
              .disableRetry()
              .maxInboundMessageSize(128 << 20)
              .build());
    }
  }

  /** So many callers, each with one call at a time, for a while. */
  LoadResult closedLoop(byte[] request, int callers, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    return closedLoop(request, callers, () -> System.nanoTime() - end < 0);
  }

  /** So many callers, each with one call at a time, until so many calls were made. */
  LoadResult calls(byte[] request, int callers, long count) throws InterruptedException {
    AtomicLong left = new AtomicLong(count);
    return closedLoop(request, callers, () -> left.getAndDecrement() > 0);
  }

  private LoadResult closedLoop(byte[] request, int callers, BooleanSupplier more)
      throws InterruptedException {
    LoadResult result = new LoadResult();
    CountDownLatch ended = new CountDownLatch(callers);
    result.begin();
    for (int caller = 0; caller < callers; caller++) {
      next(request, channels.get(caller % CONNECTIONS), more, result, ended);
    }
    ended.await();
    result.end();
    return result;
  }

  /**
   * One caller whose calls go to one load after the other, for a while: what a machine does
   * meanwhile befalls all of them alike.
   *
   * @return the results, in the loads' order
   */
  static List<LoadResult> inTurn(List<Load> loads, byte[] request, Duration time)
      throws InterruptedException {
    List<LoadResult> results = loads.stream().map(load -> new LoadResult()).toList();
    results.forEach(LoadResult::begin);
    Semaphore answered = new Semaphore(0);
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < loads.size(); i++) {
        LoadResult result = results.get(i);
        Load load = loads.get(i);
        long start = System.nanoTime();
        load.call(
            request,
            load.channels.get(0),
            CallOptions.DEFAULT,
            status -> {
              result.add(status, System.nanoTime() - start, Long.MAX_VALUE);
              answered.release();
            });
        answered.acquire();
      }
    }
    results.forEach(LoadResult::end);
    return results;
  }

  private void next(
      byte[] request,
      ManagedChannel channel,
      BooleanSupplier more,
      LoadResult result,
      CountDownLatch ended) {
    if (!more.getAsBoolean()) {
      ended.countDown();
      return;
    }
    long start = System.nanoTime();
    call(
        request,
        channel,
        CallOptions.DEFAULT,
        status -> {
          result.add(status, System.nanoTime() - start, Long.MAX_VALUE);
          next(request, channel, more, result, ended);
        });
  }

  /**
   * Calls at a constant rate, whether the server keeps up or not; latency is counted from the time
   * at which a call was due.
   *
   * @param deadline of each call; zero for none
   */
  LoadResult openLoop(byte[] request, double perSecond, Duration time, Duration deadline)
      throws InterruptedException {
    LoadResult result = new LoadResult();
    long count = Math.round(perSecond * time.toNanos() / 1e9);
    openLoop(request, perSecond, deadline, sent -> sent < count ? result : null);
    return result;
  }

  /**
   * The same, into one result after the other.
   *
   * @param next the result that a call belongs to, by the number of calls before it; null to end
   */
  void openLoop(
      byte[] request, double perSecond, Duration deadline, LongFunction<@Nullable LoadResult> next)
      throws InterruptedException {
    AtomicInteger open = new AtomicInteger();
    Semaphore idle = new Semaphore(0);
    Set<LoadResult> results = new LinkedHashSet<>();
    long begin = System.nanoTime();
    open.incrementAndGet();
    LoadResult current;
    for (long i = 0; (current = next.apply(i)) != null; i++) {
      LoadResult result = current;
      if (results.add(result)) {
        result.begin();
      }
      long due = begin + Math.round(i * 1e9 / perSecond);
      long now = System.nanoTime();
      while (due - now > 0) {
        LockSupport.parkNanos(Math.max(TICK_NANOS, due - now));
        now = System.nanoTime();
      }
      result.sent(now - due);
      long limit = deadline.isZero() ? Long.MAX_VALUE : deadline.toNanos();
      CallOptions options = CallOptions.DEFAULT;
      if (!deadline.isZero()) {
        options = options.withDeadlineAfter(Math.max(1, limit - (now - due)), TimeUnit.NANOSECONDS);
      }
      open.incrementAndGet();
      call(
          request,
          channels.get((int) (i % CONNECTIONS)),
          options,
          status -> {
            result.add(status, System.nanoTime() - due, limit);
            if (open.decrementAndGet() == 0) {
              idle.release();
            }
          });
    }
    if (open.decrementAndGet() > 0) {
      idle.acquire();
    }
    results.forEach(LoadResult::end);
  }

  private void call(byte[] request, ManagedChannel channel, CallOptions options, Ended ended) {
    ClientCall<byte[], byte[]> call = channel.newCall(method, options);
    // A call adds headers of its own.
    Metadata own = new Metadata();
    own.merge(headers);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.with(status);
          }
        },
        own);
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private interface Ended {
    void with(Status status);
  }
}
