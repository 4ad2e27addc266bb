package dev.millrace.server.rollout;

import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.RequestCheck;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells a request that fits no version from one that only the new champion refuses: the former
 * one's signature decides. Stateless.
 */
final class FormOfRequest {
  private static final Set<ErrorReason> OF_FORM =
      EnumSet.of(
          ErrorReason.SIGNATURE_NOT_FOUND,
          ErrorReason.INPUT_MISSING,
          ErrorReason.INPUT_UNEXPECTED,
          ErrorReason.OUTPUT_UNKNOWN,
          ErrorReason.DTYPE_MISMATCH,
          ErrorReason.SHAPE_MISMATCH);

  private final ModelCatalog catalog;
  private final RequestCheck check = new RequestCheck();

  FormOfRequest(ModelCatalog catalog) {
    this.catalog = catalog;
  }

  /** True when the request failed by its form, and a version, if it is loaded, refuses it too. */
  boolean isRefusedBy(long version, InferenceRequest request, @Nullable Throwable failure) {
    if (!(failure instanceof ServingException known) || !OF_FORM.contains(known.reason())) {
      return false;
    }
    Optional<Lease> lease = catalog.tryLease(request.model().model(), version);
    if (lease.isEmpty()) {
      return false;
    }
    try (Lease held = lease.get()) {
      Signature signature = held.servable().signatures().get(request.signature());
      if (signature == null) {
        return true;
      }
      check.check(request, signature);
      return false;
    } catch (ServingException refused) {
      return true;
    }
  }
}
