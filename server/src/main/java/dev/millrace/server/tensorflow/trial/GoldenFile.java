package dev.millrace.server.tensorflow.trial;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.record.AnsweredRequest;
import dev.millrace.server.tensorflow.record.ByteBudget;
import dev.millrace.server.tensorflow.record.DamagedRecordException;
import dev.millrace.server.tensorflow.record.PredictionLogs;
import dev.millrace.server.tensorflow.record.TfRecordReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The requests that a version must answer in a known way before it is taken, {@code
 * assets.extra/golden_requests}: TFRecords of {@code PredictionLog} messages with request and
 * response; at most 1000, and 256 MiB, both as a file and as tensors.
 */
final class GoldenFile {
  private static final int MOST = 1000;
  private static final long LARGEST = 256L << 20;

  private GoldenFile() {}

  static Path in(Path savedModel) {
    return savedModel.resolve("assets.extra").resolve("golden_requests");
  }

  /**
   * Reads them; none when there is no file.
   *
   * @throws ServingException TRIAL_FAILED if they cannot be read, or one has no response
   */
  static List<AnsweredRequest> read(Path savedModel) {
    Path file = in(savedModel);
    List<AnsweredRequest> requests = new ArrayList<>();
    if (Files.notExists(file)) {
      return requests;
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      long size = Files.size(file);
      if (size > LARGEST) {
        throw new DamagedRecordException("they take more than " + (LARGEST >> 20) + " MiB");
      }
      TfRecordReader records = new TfRecordReader(in, size);
      ByteBudget budget = new ByteBudget(LARGEST);
      Optional<byte[]> record = records.next();
      while (record.isPresent()) {
        if (requests.size() == MOST) {
          throw new DamagedRecordException("only " + MOST + " may be there");
        }
        requests.add(
            PredictionLogs.readAnswered(record.get(), budget)
                .orElseThrow(() -> new DamagedRecordException("it has no request and response")));
        record = records.next();
      }
      return requests;
    } catch (DamagedRecordException damaged) {
      throw refusal("record " + (requests.size() + 1) + ": " + damaged.getMessage())
          .causedBy(damaged);
    } catch (IOException unreadable) {
      throw refusal("their file cannot be read").causedBy(unreadable);
    }
  }

  private static ServingException refusal(String why) {
    return new ServingException(
        ErrorReason.TRIAL_FAILED, "the golden requests cannot be used: " + why);
  }
}
