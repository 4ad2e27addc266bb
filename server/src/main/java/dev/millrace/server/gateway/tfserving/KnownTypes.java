package dev.millrace.server.gateway.tfserving;

import dev.millrace.proto.tfserving.ModelSpec;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Types of the inputs of models that were asked for before, so that not every call asks for them.
 * They may be another version's by now; the service checks what it is given, and who is refused
 * asks again. Thread-safe.
 */
final class KnownTypes {
  private static final int MOST = 1000;

  private final Map<ModelSpec, InputTypes> types = new ConcurrentHashMap<>();

  Optional<InputTypes> of(ModelSpec spec) {
    return Optional.ofNullable(types.get(spec));
  }

  /**
   * Remembers; forgets all others when there are too many, which versions that have gone would be.
   */
  void put(ModelSpec spec, InputTypes found) {
    if (types.size() >= MOST) {
      types.clear();
    }
    types.put(spec, found);
  }
}
