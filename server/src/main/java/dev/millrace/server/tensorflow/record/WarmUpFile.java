package dev.millrace.server.tensorflow.record;

import dev.millrace.server.catalog.WarmUpRequest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The file in a SavedModel's folder that TensorFlow Serving, too, takes warm-up requests from. */
public final class WarmUpFile {
  /** Most requests that TensorFlow Serving takes. */
  public static final int MOST_RECORDS = 1000;

  private WarmUpFile() {}

  /** Where it is. */
  public static Path in(Path savedModel) {
    return savedModel.resolve("assets.extra").resolve("tf_serving_warmup_requests");
  }

  /**
   * Writes it.
   *
   * @param savedModel the folder, where no such file may be yet
   * @param requests in the order in which they are to be run
   * @throws IllegalArgumentException if there are more than {@link #MOST_RECORDS}
   */
  public static void write(Path savedModel, List<WarmUpRequest> requests) throws IOException {
    if (requests.size() > MOST_RECORDS) {
      throw new IllegalArgumentException(requests.size() + " requests are too many");
    }
    Path file = in(savedModel);
    Files.createDirectories(savedModel.resolve("assets.extra"));
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW))) {
      TfRecordWriter records = new TfRecordWriter(out);
      for (WarmUpRequest request : requests) {
        records.write(PredictionLogs.write(request));
      }
    }
  }
}
