package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.FakeServable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

final class RepeatCheckTest {
  private static final CacheSettings ON = new CacheSettings(1 << 20, Duration.ofMinutes(5), false);

  private int calls;

  @Test
  void warmUp_equalRequestsAnsweredAlike_findsNothing() {
    assertThat(notCached(ON, x -> x)).isEmpty();
  }

  @Test
  void warmUp_modelThatCountsItsCalls_isNotCached() {
    assertThat(notCached(ON, x -> counted())).containsOnlyKeys(Signature.DEFAULT_NAME);
    assertThat(notCached(ON, x -> counted()).get(Signature.DEFAULT_NAME)).contains("'y' changed");
  }

  @Test
  void warmUp_modelThatRefusesMadeUpInputs_isNotCachedAndSaysSo() {
    assertThat(
            notCached(
                    ON,
                    x -> {
                      throw new ServingException(ErrorReason.VALUE_REJECTED, "no image");
                    })
                .get(Signature.DEFAULT_NAME))
        .contains("no image", "warm-up records would help");
  }

  @Test
  void warmUp_cacheOff_nothingIsAsked() {
    notCached(CacheSettings.OFF, x -> counted());
    int without = calls;
    calls = 0;
    notCached(ON, x -> counted());
    assertThat(calls).isGreaterThan(without);
    assertThat(notCached(CacheSettings.OFF, x -> counted())).isEmpty();
  }

  private TensorData counted() {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    return TensorData.ofBytes(
        DataType.FLOAT32, Shape.of(1, 2), bytes.putFloat(calls).putFloat(0).flip());
  }

  private interface Model {
    TensorData answer(TensorData x);
  }

  private SortedMap<String, String> notCached(CacheSettings cache, Model model) {
    FakeServable fake = new FakeServable();
    Servable servable =
        new Servable() {
          @Override
          public SortedMap<String, Signature> signatures() {
            return fake.signatures();
          }

          @Override
          public long memoryBytes() {
            return 0;
          }

          @Override
          public Map<String, TensorData> run(
              String signature,
              Map<String, TensorData> inputs,
              Collection<String> outputs,
              Deadline deadline) {
            calls++;
            return Map.of("y", model.answer(inputs.get("x")));
          }

          @Override
          public void close() {}
        };
    ModelSettings defaults = ModelSettings.DEFAULT;
    return new WarmUp(directory -> List.of(), 1, () -> 0, () -> 0)
        .run(
            new ServableSource(
                new VersionId(new ModelName("m"), 1),
                Path.of("none"),
                "",
                new ModelSettings(
                    defaults.execution(), defaults.batching(), defaults.admission(), cache)),
            servable,
            ExecutionMode.PER_CORE,
            Duration.ZERO,
            Optional.empty())
        .notCached();
  }
}
