package dev.millrace.server.boot.config.tfserving;

import dev.millrace.proto.tfserving.BatchingParameters;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.ModelSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * TensorFlow Serving's batching parameters as this server's settings.
 *
 * @param defaults for models whose own settings say nothing else
 * @param workers runs at the same time; empty when the file does not say
 * @param warnings of fields without effect
 */
record BatchingFile(ModelSettings defaults, OptionalInt workers, List<String> warnings) {
  private static final TfServingFlag FLAG = TfServingFlag.BATCHING_PARAMETERS_FILE;
  private static final long LARGEST = 1_000_000;
  // What TensorFlow Serving takes for a batch when the file does not say.
  private static final long USUAL_SIZE = 1000;
  private static final long LONGEST_MICROS = Duration.ofMinutes(1).toMillis() * 1000;

  /**
   * Reads the file.
   *
   * @throws ConfigurationException with the field at fault
   */
  static BatchingFile read(Path file) {
    return parse(TextProto.text(file, FLAG));
  }

  static BatchingFile parse(String text) {
    BatchingParameters.Builder parameters = BatchingParameters.newBuilder();
    List<String> warnings = new ArrayList<>(TextProto.parse(text, FLAG, parameters));
    if (parameters.hasThreadPoolName()) {
      warnings.add(FLAG.option() + ": thread_pool_name has no effect; threads are named 'worker'");
    }
    if (parameters.getPadVariableLengthInputs()) {
      warnings.add(
          FLAG.option()
              + ": pad_variable_length_inputs has no effect; requests of different lengths run in"
              + " batches of their own");
    }
    return new BatchingFile(
        settings(parameters.build()),
        parameters.hasNumBatchThreads()
            ? OptionalInt.of(
                count("num_batch_threads", parameters.getNumBatchThreads().getValue(), 1, LARGEST))
            : OptionalInt.empty(),
        warnings);
  }

  private static ModelSettings settings(BatchingParameters parameters) {
    ModelSettings usual = ModelSettings.DEFAULT;
    int largest = largest(parameters);
    BatchingSettings batching =
        new BatchingSettings(
            true,
            largest,
            allowed(parameters, largest),
            delay(parameters),
            usual.batching().latencyTarget());
    AdmissionSettings admission =
        new AdmissionSettings(
            parameters.hasMaxEnqueuedBatches()
                ? waiting(parameters)
                : usual.admission().maxRequests(),
            usual.admission().maxBytes(),
            usual.admission().maxWait());
    return new ModelSettings(usual.execution(), batching, admission, usual.cache());
  }

  /** Most rows of a run; 0 to measure. Splitting makes runs smaller than what a request may be. */
  private static int largest(BatchingParameters parameters) {
    if (parameters.getEnableLargeBatchSplitting().getValue()
        && parameters.hasMaxExecutionBatchSize()) {
      return count(
          "max_execution_batch_size", parameters.getMaxExecutionBatchSize().getValue(), 1, LARGEST);
    }
    return parameters.hasMaxBatchSize()
        ? count("max_batch_size", parameters.getMaxBatchSize().getValue(), 1, LARGEST)
        : 0;
  }

  private static List<Integer> allowed(BatchingParameters parameters, int largest) {
    List<Integer> sizes =
        parameters.getAllowedBatchSizesList().stream()
            .map(size -> count("allowed_batch_sizes", size, 1, LARGEST))
            .toList();
    boolean ascending =
        IntStream.range(1, sizes.size()).allMatch(i -> sizes.get(i - 1) < sizes.get(i));
    if (!ascending) {
      throw new ConfigurationException(
          FLAG.option() + ": allowed_batch_sizes entries must be monotonically increasing");
    }
    if (!sizes.isEmpty() && largest > 0 && sizes.get(sizes.size() - 1) != largest) {
      throw new ConfigurationException(
          FLAG.option()
              + ": last entry in allowed_batch_sizes must match the largest batch; last was "
              + sizes.get(sizes.size() - 1)
              + ", expected "
              + largest);
    }
    return sizes;
  }

  private static Duration delay(BatchingParameters parameters) {
    long micros = parameters.getBatchTimeoutMicros().getValue();
    return Duration.ofNanos(1000L * count("batch_timeout_micros", micros, 0, LONGEST_MICROS));
  }

  /** Its queue has places for batches, this one's for requests, of one row at least. */
  private static int waiting(BatchingParameters parameters) {
    long batches =
        count("max_enqueued_batches", parameters.getMaxEnqueuedBatches().getValue(), 1, LARGEST);
    long size = parameters.hasMaxBatchSize() ? parameters.getMaxBatchSize().getValue() : USUAL_SIZE;
    return (int) Math.max(1, Math.min(LARGEST, batches * size));
  }

  private static int count(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ConfigurationException(
          FLAG.option()
              + ": "
              + field
              + " must be a number from "
              + least
              + " to "
              + most
              + ", and is "
              + value);
    }
    return (int) value;
  }
}
