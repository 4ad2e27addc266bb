package dev.millrace.server.inference;

import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Leases the version that a request means and checks the request against it. The lease is held to
 * the answer, so that a version never goes away under a request it has accepted.
 */
public final class LeasingPredictor implements Predictor {
  private final VersionLeases versions;
  private final LeasedPredictor delegate;
  private final RequestCheck check = new RequestCheck();

  /** A predictor over the catalog's versions, as requests name them. */
  public LeasingPredictor(ModelCatalog catalog, LeasedPredictor delegate) {
    this(request -> catalog.lease(request.model()), delegate);
  }

  /** A predictor over versions that something else chooses. */
  public LeasingPredictor(VersionLeases versions, LeasedPredictor delegate) {
    this.versions = versions;
    this.delegate = delegate;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(InferenceRequest request) {
    Lease lease;
    try {
      lease = versions.lease(request);
    } catch (ServingException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    try {
      Signature signature = signature(lease, request.signature());
      check.check(request, signature);
      List<String> outputs =
          request.outputs().isEmpty()
              ? List.copyOf(signature.outputs().keySet())
              : request.outputs();
      return delegate
          .predict(new LeasedRequest(request, lease, outputs))
          .handle(
              (response, failure) -> {
                lease.close();
                if (failure != null) {
                  throw new CompletionException(identified(failure, lease.id()));
                }
                return response;
              });
    } catch (RuntimeException | Error refusedOrDefect) {
      lease.close();
      return CompletableFuture.failedFuture(identified(refusedOrDefect, lease.id()));
    }
  }

  private static Throwable identified(Throwable failure, VersionId version) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof ServingException known ? known.of(version) : cause;
  }

  private static Signature signature(Lease lease, String name) {
    Signature signature = lease.servable().signatures().get(name);
    if (signature == null) {
      String leftOut = lease.servable().leftOut().get(name);
      throw new ServingException(
          ErrorReason.SIGNATURE_NOT_FOUND,
          lease.id()
              + (leftOut == null
                  ? " has no such signature"
                  : " has a signature of this name that cannot be served, " + leftOut)
              + "; it has "
              + lease.servable().signatures().keySet());
    }
    return signature;
  }
}
