package dev.millrace.server.protocol.v1;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A caller that takes an answer only when told to. */
final class PausingObserver<A> implements ClientResponseObserver<Object, A> {
  private final CompletableFuture<ClientCallStreamObserver<?>> call = new CompletableFuture<>();
  private final BlockingQueue<A> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();

  @Override
  public void beforeStart(ClientCallStreamObserver<Object> stream) {
    stream.disableAutoRequestWithInitial(0);
    call.complete(stream);
  }

  @Override
  public void onNext(A answer) {
    answers.add(answer);
  }

  @Override
  public void onError(Throwable error) {
    end.complete(error);
  }

  @Override
  public void onCompleted() {
    end.complete(null);
  }

  void request(int count) {
    call.join().request(count);
  }

  void cancel() {
    call.join().cancel("enough", null);
  }

  A next() throws InterruptedException {
    A answer = answers.poll(30, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer came");
    }
    return answer;
  }

  @Nullable Throwable end() throws Exception {
    return end.get(30, TimeUnit.SECONDS);
  }
}
