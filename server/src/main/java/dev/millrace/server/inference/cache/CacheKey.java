package dev.millrace.server.inference.cache;

import com.google.common.hash.HashCode;
import com.google.common.hash.HashFunction;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.millrace.server.inference.LeasedRequest;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that an answer depends on, and who may be given it. The 128-bit hash only finds candidates:
 * keys are equal when their whole content is. Murmur's speed is worth more here than resistance to
 * collisions, since whoever makes keys collide gains nothing: keys are ordered, so that hash tables
 * search colliding ones as a tree. Immutable as long as the request's memory is left alone.
 */
final class CacheKey implements Comparable<CacheKey> {
  private static final HashFunction HASH = Hashing.goodFastHash(128);

  private final VersionId version;
  private final String digest;
  private final String signature;
  private final List<String> outputs;
  private final String caller;
  private final SortedMap<String, TensorData> inputs;
  private final long high;
  private final long low;

  private CacheKey(CacheKey original, Map<String, TensorData> inputs) {
    this.version = original.version;
    this.digest = original.digest;
    this.signature = original.signature;
    this.outputs = original.outputs;
    this.caller = original.caller;
    this.inputs = new TreeMap<>(inputs);
    this.high = original.high;
    this.low = original.low;
  }

  private CacheKey(LeasedRequest leased, String caller) {
    this.version = leased.lease().id();
    this.digest = leased.lease().digest();
    this.signature = leased.request().signature();
    this.outputs = leased.outputs().stream().distinct().sorted().toList();
    this.caller = caller;
    this.inputs = new TreeMap<>(leased.request().inputs());
    ByteBuffer hash = ByteBuffer.wrap(hash().asBytes());
    this.high = hash.getLong();
    this.low = hash.getLong();
  }

  /**
   * The key of a request; it shares the request's memory.
   *
   * @param acrossCallers true to leave out who asks
   */
  static CacheKey of(LeasedRequest leased, boolean acrossCallers) {
    return new CacheKey(leased, acrossCallers ? "" : leased.request().caller().id());
  }

  /** An equal key with memory of its own. */
  CacheKey copied() {
    return new CacheKey(this, KeptTensors.copy(inputs));
  }

  VersionId version() {
    return version;
  }

  String signature() {
    return signature;
  }

  long weight() {
    return KeptTensors.weight(inputs);
  }

  private HashCode hash() {
    Hasher hasher = HASH.newHasher();
    hasher.putLong(version.number());
    put(hasher, version.model().id());
    put(hasher, digest);
    put(hasher, signature);
    put(hasher, caller);
    outputs.forEach(output -> put(hasher, output));
    inputs.forEach(
        (name, tensor) -> {
          put(hasher, name);
          hasher.putInt(tensor.dtype().number());
          for (long size : tensor.shape().toArray()) {
            hasher.putLong(size);
          }
          if (tensor.dtype() == DataType.STRING) {
            tensor
                .strings()
                .forEach(
                    string ->
                        hasher.putInt(string.remaining()).putBytes(string.asReadOnlyBuffer()));
          } else {
            tensor.parts().forEach(hasher::putBytes);
          }
        });
    return hasher.hash();
  }

  private static void put(Hasher hasher, String text) {
    hasher.putInt(text.length()).putUnencodedChars(text);
  }

  @Override
  public int compareTo(CacheKey other) {
    int order = Long.compare(high, other.high);
    order = order != 0 ? order : Long.compare(low, other.low);
    order = order != 0 ? order : version.compareTo(other.version);
    order = order != 0 ? order : digest.compareTo(other.digest);
    order = order != 0 ? order : signature.compareTo(other.signature);
    order = order != 0 ? order : caller.compareTo(other.caller);
    order = order != 0 ? order : compare(outputs, other.outputs);
    return order != 0 ? order : KeptTensors.compare(inputs, other.inputs);
  }

  private static int compare(List<String> one, List<String> other) {
    int order = Integer.compare(one.size(), other.size());
    for (int i = 0; order == 0 && i < one.size(); i++) {
      order = one.get(i).compareTo(other.get(i));
    }
    return order;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CacheKey key && compareTo(key) == 0;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(low);
  }
}
