package dev.millrace.server.tensorflow.session;

import dev.millrace.server.catalog.WarmUpRecords;
import dev.millrace.server.catalog.WarmUpRequest;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.record.ByteBudget;
import dev.millrace.server.tensorflow.record.DamagedRecordException;
import dev.millrace.server.tensorflow.record.PredictionLogs;
import dev.millrace.server.tensorflow.record.TfRecordReader;
import dev.millrace.server.tensorflow.record.WarmUpFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads TensorFlow Serving's warm-up file, {@code assets.extra/tf_serving_warmup_requests}: at most
 * 1000 records and 256 MiB, both as a file and as tensors. Records that log something else than a
 * prediction are skipped. Thread-safe.
 */
public final class WarmUpRecordFile implements WarmUpRecords {
  private static final Logger log = LoggerFactory.getLogger(WarmUpRecordFile.class);
  private static final long LARGEST = 256L << 20;

  @Override
  public List<WarmUpRequest> read(Path savedModel) {
    Path file = WarmUpFile.in(savedModel);
    if (Files.notExists(file)) {
      return List.of();
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      long size = Files.size(file);
      if (size > LARGEST) {
        throw new DamagedRecordException("they take more than " + (LARGEST >> 20) + " MiB");
      }
      return read(new TfRecordReader(in, size), file);
    } catch (DamagedRecordException damaged) {
      throw refusal(String.valueOf(damaged.getMessage())).causedBy(damaged);
    } catch (IOException unreadable) {
      throw refusal("their file cannot be read").causedBy(unreadable);
    }
  }

  private static List<WarmUpRequest> read(TfRecordReader records, Path file) throws IOException {
    List<WarmUpRequest> requests = new ArrayList<>();
    ByteBudget budget = new ByteBudget(LARGEST);
    int number = 1;
    try {
      Optional<byte[]> record = records.next();
      while (record.isPresent()) {
        if (number > WarmUpFile.MOST_RECORDS) {
          throw new DamagedRecordException("only " + WarmUpFile.MOST_RECORDS + " may be there");
        }
        PredictionLogs.read(record.get(), budget).ifPresent(requests::add);
        number++;
        record = records.next();
      }
    } catch (DamagedRecordException damaged) {
      throw new DamagedRecordException("record " + number + ": " + damaged.getMessage(), damaged);
    }
    int skipped = number - 1 - requests.size();
    if (skipped > 0) {
      log.info("{}: {} of {} records log no prediction, skipped", file, skipped, number - 1);
    }
    return List.copyOf(requests);
  }

  private static ServingException refusal(String why) {
    return new ServingException(
        ErrorReason.WARM_UP_FAILED, "the warm-up requests cannot be used: " + why);
  }
}
