package dev.millrace.server.inference.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.catalog.Lease;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.LeasedRequest;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CacheKeyTest {
  private final CacheRig rig = new CacheRig().serve(CacheRig.ON, 1);
  private final Lease lease = rig.catalog.lease(ModelReference.parse("echo"));

  @AfterEach
  void nothingIsLeftBehind() {
    lease.close();
    rig.close();
  }

  @Test
  void equals_sameContentInOtherMemory_isTrue() {
    CacheKey one = key("alice", List.of("a", "b"), Map.of("x", ints(1, 2), "t", text("a", "bc")));
    CacheKey other = key("alice", List.of("b", "a"), Map.of("t", text("a", "bc"), "x", ints(1, 2)));
    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one.copied()).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).isEqualByComparingTo(other);
  }

  @Test
  void equals_anythingElse_isFalse() {
    Set<CacheKey> keys = new HashSet<>();
    List<CacheKey> different =
        List.of(
            key("alice", List.of("y"), Map.of("x", ints(1, 2))),
            key("bob", List.of("y"), Map.of("x", ints(1, 2))),
            key("alice", List.of("z"), Map.of("x", ints(1, 2))),
            key("alice", List.of("y", "z"), Map.of("x", ints(1, 2))),
            key("alice", List.of("y"), Map.of("w", ints(1, 2))),
            key("alice", List.of("y"), Map.of("x", ints(2, 1))),
            key("alice", List.of("y"), Map.of("x", shaped(DataType.INT8, Shape.of(1, 2), 1, 2))),
            key("alice", List.of("y"), Map.of("x", shaped(DataType.UINT8, Shape.of(2), 1, 2))),
            key("alice", List.of("y"), Map.of("x", text("ab", "c"))),
            key("alice", List.of("y"), Map.of("x", text("a", "bc"))),
            key("alice", List.of("y"), Map.of("x", text("", "abc"))));
    for (CacheKey one : different) {
      for (CacheKey other : different) {
        assertThat(Integer.signum(one.compareTo(other)))
            .isEqualTo(-Integer.signum(other.compareTo(one)));
      }
      assertThat(keys.add(one)).isTrue();
    }
  }

  @Test
  void copied_originalChanges_keepsItsContent() {
    byte[] wire = {1, 2};
    CacheKey aliased =
        key(
            "alice",
            List.of("y"),
            Map.of("x", TensorData.ofBytes(DataType.INT8, Shape.of(2), ByteBuffer.wrap(wire))));
    CacheKey copied = aliased.copied();
    Arrays.fill(wire, (byte) 9);
    assertThat(copied).isEqualTo(key("alice", List.of("y"), Map.of("x", ints(1, 2))));
  }

  @Test
  void weight_manyEmptyStrings_areCountedThough() {
    String[] none = new String[1000];
    Arrays.fill(none, "");
    assertThat(key("alice", List.of("y"), Map.of("x", text(none))).weight()).isGreaterThan(50_000);
  }

  private CacheKey key(String caller, List<String> outputs, Map<String, TensorData> inputs) {
    InferenceRequest request =
        new InferenceRequest(
            ModelReference.parse("echo"),
            "s",
            inputs,
            outputs,
            Deadline.NONE,
            () -> false,
            Priority.NORMAL,
            new Caller(caller));
    return CacheKey.of(new LeasedRequest(request, lease, outputs), false);
  }

  private static TensorData ints(int... values) {
    return shaped(DataType.INT8, Shape.of(values.length), values);
  }

  private static TensorData shaped(DataType dtype, Shape shape, int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return TensorData.ofBytes(dtype, shape, bytes.flip());
  }

  private static TensorData text(String... strings) {
    return TensorData.ofStrings(
        Shape.of(strings.length),
        Arrays.stream(strings)
            .map(string -> ByteBuffer.wrap(string.getBytes(StandardCharsets.UTF_8)))
            .toList());
  }
}
