package dev.millrace.server.gateway;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Reads the body of a request, decompressed, into one array. What arrives is copied at once, so a
 * body in a million pieces costs no more than a whole one, and memory grows with what has come, not
 * with what was announced. Not thread-safe; one a request.
 */
public final class RequestBody implements Subscriber<HttpObject> {
  private static final Duration LONGEST_ANSWER = Duration.ofMinutes(5);
  private static final int FIRST_BYTES = 16 << 10;
  private static final int GROWTH = 4;
  private static final byte[] NONE = new byte[0];

  private final int mostBytes;
  private final int announced;
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
  private byte[] bytes = NONE;
  private int length;
  private @Nullable Subscription subscription;

  private RequestBody(int mostBytes, int announced) {
    this.mostBytes = mostBytes;
    this.announced = announced;
  }

  /**
   * Reads it; until then the request's time is the door's, and afterwards 5 minutes for the answer.
   *
   * @return the bytes, on the event loop; or REQUEST_TOO_LARGE, or MEDIA_TYPE_UNSUPPORTED for a
   *     compression that is not known
   */
  public static CompletableFuture<byte[]> read(ServiceRequestContext context, HttpRequest request) {
    if (request.headers().contains(HttpHeaderNames.CONTENT_ENCODING)
        && !request.headers().contains(HttpHeaderNames.CONTENT_ENCODING, "identity")) {
      return CompletableFuture.failedFuture(
          new ServingException(
              ErrorReason.MEDIA_TYPE_UNSUPPORTED,
              "the content-encoding must be gzip, deflate or none"));
    }
    int most = (int) Math.min(Integer.MAX_VALUE - 8, context.maxRequestLength());
    long announced = request.headers().contentLength();
    if (announced > most) {
      Unread.close(context);
      return CompletableFuture.failedFuture(tooLarge(most));
    }
    RequestBody body = new RequestBody(most, (int) announced);
    request.subscribe(body, context.eventLoop());
    return body.whole.whenComplete(
        (done, failure) -> {
          context.setRequestTimeout(TimeoutMode.SET_FROM_NOW, LONGEST_ANSWER);
          if (failure != null) {
            Unread.close(context);
          }
        });
  }

  @Override
  public void onSubscribe(Subscription begun) {
    subscription = begun;
    begun.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(HttpObject object) {
    // Trailers say nothing that is needed.
    if (object instanceof HttpData data) {
      try (data) {
        if (data.length() > mostBytes - length) {
          if (subscription != null) {
            subscription.cancel();
          }
          bytes = NONE;
          whole.completeExceptionally(tooLarge(mostBytes));
        } else if (!whole.isDone()) {
          grow(length + data.length());
          int piece = data.length();
          data.byteBuf().readBytes(bytes, length, piece);
          length += piece;
        }
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    bytes = NONE;
    whole.completeExceptionally(
        failure instanceof ContentTooLargeException ? tooLarge(mostBytes) : failure);
  }

  @Override
  public void onComplete() {
    whole.complete(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
  }

  private void grow(int needed) {
    if (needed > bytes.length) {
      long more = Math.max(needed, Math.max(FIRST_BYTES, (long) bytes.length * GROWTH));
      long most = announced >= needed ? announced : mostBytes;
      bytes = Arrays.copyOf(bytes, (int) Math.min(more, most));
    }
  }

  private static ServingException tooLarge(int most) {
    return new ServingException(
        ErrorReason.REQUEST_TOO_LARGE,
        "the body is larger than "
            + most
            + " bytes, the most that this server takes; see --max-message-size");
  }
}
