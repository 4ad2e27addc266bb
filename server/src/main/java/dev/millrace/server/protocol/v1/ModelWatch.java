package dev.millrace.server.protocol.v1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ModelName;
import dev.millrace.v1.WatchModelResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One caller's watch on one model. Keeps the latest state of each version until the caller can take
 * it, so that a slow caller costs no memory. Thread-safe.
 */
final class ModelWatch {
  private final ModelName model;
  private final ModelCodec codec;
  private final ServerCallStreamObserver<WatchModelResponse> observer;
  private final Executor executor;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<Long, VersionStatus> unsent = new LinkedHashMap<>();

  @GuardedBy("lock")
  private boolean ended;

  private ModelCatalog.@Nullable Subscription subscription;

  ModelWatch(
      ModelName model,
      ModelCodec codec,
      ServerCallStreamObserver<WatchModelResponse> observer,
      Executor executor) {
    this.model = model;
    this.codec = codec;
    this.observer = observer;
    this.executor = executor;
  }

  void begin(ModelCatalog catalog, Runnable onEnd) {
    observer.setOnReadyHandler(this::send);
    observer.setOnCancelHandler(
        () -> {
          stop();
          onEnd.run();
        });
    ModelCatalog.Subscription begun = catalog.subscribe(this::onChange);
    synchronized (lock) {
      subscription = begun;
      if (ended) {
        begun.close();
      }
    }
    send();
  }

  void end(StatusRuntimeException status) {
    synchronized (lock) {
      if (!ended) {
        stop();
        observer.onError(status);
      }
    }
  }

  private void onChange(VersionStatus status) {
    if (status.id().model().equals(model)) {
      synchronized (lock) {
        unsent.put(status.id().number(), status);
      }
      // The catalog calls under its lock, and encoding reads a manifest from the disk.
      executor.execute(this::send);
    }
  }

  private void send() {
    synchronized (lock) {
      while (!ended && observer.isReady() && !unsent.isEmpty()) {
        Long first = unsent.keySet().iterator().next();
        VersionStatus status = unsent.remove(first);
        if (status != null) {
          observer.onNext(WatchModelResponse.newBuilder().setVersion(codec.encode(status)).build());
        }
      }
    }
  }

  private void stop() {
    synchronized (lock) {
      ended = true;
      unsent.clear();
      if (subscription != null) {
        subscription.close();
      }
    }
  }
}
