package dev.millrace.server.protocol.v1;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server's side of a stream whose caller takes as much as the test says. */
final class PuppetStream<A> extends ServerCallStreamObserver<A> {
  private final List<A> sent = new ArrayList<>();
  private Runnable onReady = () -> {};
  private Runnable onCancel = () -> {};
  private int credit;
  private boolean completed;
  private @Nullable Throwable error;

  /** The caller takes some more. */
  void grant(int answers) {
    credit += answers;
    onReady.run();
  }

  /** The caller goes away. */
  void leave() {
    onCancel.run();
  }

  List<A> sent() {
    return List.copyOf(sent);
  }

  boolean isCompleted() {
    return completed;
  }

  @Nullable Throwable error() {
    return error;
  }

  @Override
  public boolean isReady() {
    return credit > 0;
  }

  @Override
  public void onNext(A answer) {
    if (credit == 0 || completed || error != null) {
      throw new AssertionError("nobody asked for an answer now");
    }
    credit--;
    sent.add(answer);
  }

  @Override
  public void onError(Throwable problem) {
    if (completed || error != null) {
      throw new AssertionError("the stream has ended already");
    }
    error = problem;
  }

  @Override
  public void onCompleted() {
    if (completed || error != null) {
      throw new AssertionError("the stream has ended already");
    }
    completed = true;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {
    onReady = handler;
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {
    onCancel = handler;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public void setCompression(String compression) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}
}
