package dev.millrace.server.boot.config.tfserving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.ModelSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BatchingFileTest {
  @Test
  void parse_everyField_becomesASettingOrAWarning() {
    BatchingFile file =
        BatchingFile.parse(
            """
            max_batch_size { value: 128 }
            batch_timeout_micros { value: 2500 }
            max_enqueued_batches { value: 10 }
            num_batch_threads { value: 4 }
            thread_pool_name { value: "shared" }
            allowed_batch_sizes: 8
            allowed_batch_sizes: 128
            pad_variable_length_inputs: true
            """);
    BatchingSettings batching = file.defaults().batching();
    assertThat(batching.enabled()).isTrue();
    assertThat(batching.maxSize()).isEqualTo(128);
    assertThat(batching.allowedSizes()).containsExactly(8, 128);
    assertThat(batching.maxDelay()).isEqualTo(Duration.ofNanos(2_500_000));
    assertThat(file.defaults().admission().maxRequests()).isEqualTo(1280);
    assertThat(file.workers()).hasValue(4);
    assertThat(file.warnings()).hasSize(2);
    assertThat(file.warnings().get(0)).contains("thread_pool_name has no effect");
    assertThat(file.warnings().get(1)).contains("pad_variable_length_inputs has no effect");
  }

  @Test
  void parse_nothing_leavesTheDefaults() {
    BatchingFile file = BatchingFile.parse("# nothing\n");
    assertThat(file.defaults()).isEqualTo(ModelSettings.DEFAULT);
    assertThat(file.workers()).isEmpty();
    assertThat(file.warnings()).isEmpty();
  }

  @Test
  void parse_splittingOfLargeBatches_makesRunsOfTheSmallerSize() {
    BatchingFile file =
        BatchingFile.parse(
            """
            max_batch_size { value: 256 }
            enable_large_batch_splitting { value: true }
            max_execution_batch_size { value: 32 }
            allowed_batch_sizes: [16, 32]
            """);
    assertThat(file.defaults().batching().maxSize()).isEqualTo(32);
    assertThat(file.defaults().batching().allowedSizes()).isEqualTo(List.of(16, 32));
    assertThat(file.defaults().admission()).isEqualTo(AdmissionSettings.DEFAULT);
  }

  @Test
  void parse_unknownFields_areWarnedOfAndTheRestHolds() {
    BatchingFile file =
        BatchingFile.parse("colour: 7\nmax_batch_size { value: 16 }\nflavour { of: 'x' }\n");
    assertThat(file.defaults().batching().maxSize()).isEqualTo(16);
    assertThat(file.warnings())
        .containsExactly(
            "--batching_parameters_file: the field 'colour' in line 1 is not known and has no effect",
            "--batching_parameters_file: the field 'flavour' in line 3 is not known and has no effect");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_batch_size { value: 0 } | max_batch_size must be a number from 1 to 1000000, and is 0",
        "max_batch_size { value: -4 } | max_batch_size must be",
        "batch_timeout_micros { value: -1 } | batch_timeout_micros must be",
        "num_batch_threads { value: 0 } | num_batch_threads must be",
        "max_enqueued_batches { value: 0 } | max_enqueued_batches must be",
        "allowed_batch_sizes: [8, 4] | must be monotonically increasing",
        "max_batch_size { value: 8 } allowed_batch_sizes: [2, 4] | last was 4, expected 8",
        "max_batch_size { value: | --batching_parameters_file cannot be used: 1:",
      })
  void parse_valuesThatCannotBe_areRefusedByField(String text, String why) {
    assertThatThrownBy(() -> BatchingFile.parse(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(why);
  }
}
