package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.rollout.VersionComparison;
import dev.millrace.server.rollout.VersionDiff;
import dev.millrace.v1.DiffVersionsRequest;
import dev.millrace.v1.DiffVersionsResponse;
import dev.millrace.v1.Difference;
import java.util.List;

/** Comparisons of versions, from the wire and back. Thread-safe. */
public final class DiffCalls {
  private final VersionComparison comparison;

  /** Calls over a comparison. */
  public DiffCalls(VersionComparison comparison) {
    this.comparison = comparison;
  }

  DiffVersionsResponse diff(DiffVersionsRequest request) {
    VersionDiff diff =
        comparison.compare(version(request.getBase()), version(request.getChanged()));
    return DiffVersionsResponse.newBuilder()
        .setBreaking(diff.breaking())
        .addAllSignatures(encode(diff.signatures()))
        .addAllParameters(encode(diff.parameters()))
        .addAllMetrics(encode(diff.metrics()))
        .addAllOps(encode(diff.ops()))
        .addAllFiles(encode(diff.files()))
        .build();
  }

  private static VersionId version(String name) {
    ModelReference reference = ModelReference.parse(name);
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      return new VersionId(reference.model(), exact.number());
    }
    throw new ServingException(
        ErrorReason.NAME_INVALID, "name both versions, as in models/mnist/versions/3");
  }

  private static List<Difference> encode(List<dev.millrace.server.rollout.Difference> differences) {
    return differences.stream()
        .map(
            one ->
                Difference.newBuilder()
                    .setName(one.name())
                    .setBase(one.base())
                    .setChanged(one.changed())
                    .setBreaking(one.breaking())
                    .build())
        .toList();
  }
}
