package dev.millrace.server.storage;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.registry.Bake;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The content of {@code .registry.json}: a model's record as it was after a change. */
record MirrorFile(
    @Nullable String model,
    long revision,
    @Nullable Map<String, Long> labels,
    @Nullable List<Canary> canaries,
    @Nullable Shadow shadow,
    @Nullable List<Long> formers,
    @Nullable Bake bake,
    @Nullable Set<Long> pinned,
    @Nullable Set<Long> parked,
    long highest) {

  static MirrorFile of(ModelRecord record) {
    return new MirrorFile(
        record.model().id(),
        record.revision(),
        record.labels(),
        record.traffic().canaries(),
        record.traffic().shadow().orElse(null),
        record.formers(),
        record.bake().orElse(null),
        record.pinned(),
        record.parked(),
        record.highest());
  }

  /**
   * The record.
   *
   * @param folder the model whose folder the file lies in
   * @throws IOException if the file belongs to another model, or shares of traffic cannot be
   */
  ModelRecord toRecord(ModelName folder) throws IOException {
    if (!folder.id().equals(model)) {
      throw new IOException("the file belongs to another model");
    }
    try {
      return new ModelRecord(
          folder,
          revision,
          new TreeMap<>(labels == null ? Map.of() : labels),
          new Traffic(canaries == null ? List.of() : canaries, Optional.ofNullable(shadow)),
          formers == null ? List.of() : formers,
          Optional.ofNullable(bake),
          pinned == null ? Set.of() : pinned,
          parked == null ? Set.of() : parked,
          highest);
    } catch (ServingException | NullPointerException impossible) {
      throw new IOException("the file says what cannot be", impossible);
    }
  }
}
