package dev.millrace.server.catalog;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import java.util.List;

/** Says whether there is room for a load, and hears what callers ask for in vain. */
public interface LoadGate {
  /** Room for everything. */
  LoadGate OPEN = (source, held) -> new Verdict.Load();

  /**
   * Asked before each load. Called under the catalog's lock: must neither block nor call back.
   *
   * @param held what is in memory, or on its way in or out
   */
  Verdict ask(ServableSource source, List<MemoryUse> held);

  /**
   * A caller asked for a version that is not in memory. Must not block.
   *
   * @return true when it is being brought back
   */
  default boolean onUnmet(ModelReference reference) {
    return false;
  }

  /** What becomes of a load. */
  sealed interface Verdict {
    /** It begins. */
    record Load() implements Verdict {}

    /** It is asked for again when memory was given back or a load has ended. */
    record Wait() implements Verdict {}

    /** It fails. */
    record Refuse(ErrorReason reason, String message) implements Verdict {}
  }
}
