package dev.millrace.server.protocol.v1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJobs;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One caller's watch on one job: sends the job's events in order, as fast as the caller takes them,
 * and ends with the job. Keeps nothing but a number, so a slow caller costs no memory. Thread-safe.
 */
final class JobWatch<A> {
  private final TrainingJobs jobs;
  private final String job;
  private final ServerCallStreamObserver<A> observer;
  private final Function<TrainingEvent, A> encode;
  private final StatusMapper statuses;
  private final Executor executor;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private long sent;

  @GuardedBy("lock")
  private boolean ended;

  @GuardedBy("lock")
  private TrainingJobs.@Nullable Subscription subscription;

  JobWatch(
      TrainingJobs jobs,
      String job,
      long afterSequence,
      ServerCallStreamObserver<A> observer,
      Function<TrainingEvent, A> encode,
      StatusMapper statuses,
      Executor executor) {
    this.jobs = jobs;
    this.job = job;
    this.sent = afterSequence;
    this.observer = observer;
    this.encode = encode;
    this.statuses = statuses;
    this.executor = executor;
  }

  void begin() {
    observer.setOnReadyHandler(this::send);
    observer.setOnCancelHandler(this::stop);
    // The jobs call watchers under their lock; sending needs their lock again and goes elsewhere.
    TrainingJobs.Subscription begun = jobs.onEvent(job, () -> executor.execute(this::send));
    synchronized (lock) {
      subscription = begun;
      if (ended) {
        stop();
      }
    }
    send();
  }

  private void send() {
    synchronized (lock) {
      try {
        while (!ended && observer.isReady()) {
          boolean closed = jobs.isClosed();
          boolean over = jobs.get(job).state().isFinal();
          for (TrainingEvent event : jobs.eventsAfter(job, sent)) {
            if (!observer.isReady()) {
              return;
            }
            observer.onNext(encode.apply(event));
            sent = event.sequence();
          }
          if (over && sent == jobs.get(job).sequence()) {
            stop();
            observer.onCompleted();
          } else if (closed) {
            stop();
            observer.onError(
                statuses.toStatus(
                    new ServingException(
                        ErrorReason.DRAINING,
                        "the server is stopping; watch the job again later")));
          } else {
            return;
          }
        }
      } catch (RuntimeException refused) {
        stop();
        observer.onError(statuses.toStatus(refused));
      }
    }
  }

  private void stop() {
    synchronized (lock) {
      ended = true;
      if (subscription != null) {
        subscription.close();
      }
    }
  }
}
