package dev.millrace.server.protocol;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Ends unary calls, each once: with its answer, or with a status. */
public final class Answers {
  private Answers() {}

  /** Answers with what a supplier makes on this thread. */
  public static <A> void send(
      StreamObserver<A> observer,
      Supplier<A> call,
      Function<Throwable, StatusRuntimeException> errors) {
    A answer;
    try {
      answer = call.get();
    } catch (RuntimeException | Error refusedOrDefect) {
      observer.onError(errors.apply(refusedOrDefect));
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }

  /** Answers with what a stage completes with, once encoded. */
  public static <R, A> void send(
      StreamObserver<A> observer,
      CompletionStage<R> stage,
      Function<R, A> encode,
      Function<Throwable, StatusRuntimeException> errors) {
    stage.whenComplete(
        (result, failure) -> {
          if (failure != null) {
            observer.onError(errors.apply(failure));
          } else {
            // Thrown on, it would vanish in the stage, and the caller would wait for ever.
            send(observer, () -> encode.apply(result), errors);
          }
        });
  }
}
