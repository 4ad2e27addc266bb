package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.PuppetNanos;
import dev.millrace.server.testing.ScriptedServable;
import dev.millrace.server.testing.SettingsOf;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class VersionLoadTest {
  private final PuppetNanos clock = new PuppetNanos();
  private final Map<ExecutionMode, Duration> rowTime =
      new EnumMap<>(
          Map.of(
              ExecutionMode.PER_CORE, Duration.ofMillis(40),
              ExecutionMode.ALL_CORES, Duration.ofMillis(22)));
  private final Map<ExecutionMode, Throwable> broken = new EnumMap<>(ExecutionMode.class);
  private final List<ScriptedServable> loaded = new ArrayList<>();
  private final List<ExecutionMode> modes = new ArrayList<>();
  private int kept;

  @AfterEach
  void exactlyOneIsKept_othersAreClosedOnce() {
    assertThat(loaded.stream().filter(servable -> servable.closes() == 0)).hasSize(kept);
    assertThat(loaded).allMatch(servable -> servable.closes() <= 1);
  }

  @Test
  void load_runTakesLessThanHalfTheTarget_isLoadedOnce() {
    rowTime.put(ExecutionMode.PER_CORE, Duration.ofMillis(25));
    assertThat(load(ModelSettings.DEFAULT, 2)).isEqualTo(ExecutionMode.PER_CORE);
    assertThat(modes).containsExactly(ExecutionMode.PER_CORE);
  }

  @Test
  void load_slowOnOneCore_isTriedOverAllAndTheFasterKept() {
    assertThat(load(ModelSettings.DEFAULT, 2)).isEqualTo(ExecutionMode.ALL_CORES);
    rowTime.put(ExecutionMode.ALL_CORES, Duration.ofMillis(41));
    assertThat(load(ModelSettings.DEFAULT, 2)).isEqualTo(ExecutionMode.PER_CORE);
  }

  @Test
  void load_oneCoreOrModeChosen_isNotMeasured() {
    load(ModelSettings.DEFAULT, 1);
    load(SettingsOf.execution(ExecutionMode.PER_CORE), 2);
    load(SettingsOf.execution(ExecutionMode.ALL_CORES), 2);
    assertThat(modes)
        .containsExactly(ExecutionMode.PER_CORE, ExecutionMode.PER_CORE, ExecutionMode.ALL_CORES);
  }

  @Test
  void load_warmUpFails_closesWhatWasLoaded() {
    broken.put(ExecutionMode.PER_CORE, new ServingException(ErrorReason.INTERNAL, "broken"));
    assertThatThrownBy(() -> load(ModelSettings.DEFAULT, 2))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.WARM_UP_FAILED));
  }

  @Test
  void load_secondModeIsRefused_keepsTheFirst() {
    broken.put(ExecutionMode.ALL_CORES, new ServingException(ErrorReason.INTERNAL, "no room"));
    assertThat(load(ModelSettings.DEFAULT, 2)).isEqualTo(ExecutionMode.PER_CORE);
    assertThat(loaded).hasSize(2);
  }

  @Test
  void load_secondModeEndsInADefect_closesBoth() {
    broken.put(ExecutionMode.ALL_CORES, new OutOfMemoryError("native"));
    assertThatThrownBy(() -> load(ModelSettings.DEFAULT, 2)).isInstanceOf(OutOfMemoryError.class);
    assertThat(loaded).hasSize(2);
  }

  @Test
  void load_formerMeasuredInTheOtherMode_isNotTrusted() {
    LoadedVersion former = version(ModelSettings.DEFAULT, 2, Optional.empty());
    kept++;
    assertThat(former.report().execution()).isEqualTo(ExecutionMode.ALL_CORES);
    rowTime.put(ExecutionMode.ALL_CORES, Duration.ofMillis(60));
    LoadedVersion next = version(ModelSettings.DEFAULT, 2, Optional.of(former.report()));
    kept++;
    assertThat(next.report().execution()).isEqualTo(ExecutionMode.PER_CORE);
    assertThat(next.report().plan(Signature.DEFAULT_NAME).tried().get(0).latency())
        .isEqualTo(Duration.ofMillis(40));
  }

  private ExecutionMode load(ModelSettings settings, int cores) {
    LoadedVersion version = version(settings, cores, Optional.empty());
    kept++;
    return version.report().execution();
  }

  private LoadedVersion version(ModelSettings settings, int cores, Optional<WarmUpReport> former) {
    return new VersionLoad(
            this::servable, new WarmUp(model -> List.of(), 1, clock, clock), cores, clock)
        .load(
            new ServableSource(new VersionId(new ModelName("m"), 1), Path.of("none"), "", settings),
            former,
            servable -> {});
  }

  private Servable servable(ServableSource source, ExecutionMode mode) {
    modes.add(mode);
    ScriptedServable servable = ScriptedServable.ofFloats();
    servable.taking(clock, rows -> rowTime.get(mode));
    servable.answering(
        x -> {
          Throwable failure = broken.get(mode);
          if (failure instanceof Error error) {
            throw error;
          }
          if (failure instanceof RuntimeException refused) {
            throw refused;
          }
          return x;
        });
    loaded.add(servable);
    return servable;
  }
}
