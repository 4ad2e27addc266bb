package dev.millrace.server.testing;

import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.VersionState;
import io.grpc.Channel;
import java.util.List;

/** Waits for models that were copied into a repository by hand. */
public final class ServedModels {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private ServedModels() {}

  /**
   * Waits until so many models are served; that takes two scans that see the same files.
   *
   * @throws AssertionError if they are not within a minute
   */
  public static void await(Channel channel, int count) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    List<Model> models = list(channel);
    while (models.stream().filter(ServedModels::isAvailable).count() < count) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not all served: " + models);
      }
      Pause.brief();
      models = list(channel);
    }
  }

  private static List<Model> list(Channel channel) {
    return ModelServiceGrpc.newBlockingStub(channel)
        .listModels(ListModelsRequest.newBuilder().setPageSize(100).build())
        .getModelsList();
  }

  private static boolean isAvailable(Model model) {
    return model.getVersionsList().stream()
        .anyMatch(version -> version.getState() == VersionState.VERSION_STATE_AVAILABLE);
  }
}
