package dev.millrace.server.tensorflow.record;

import dev.millrace.server.model.ModelName;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** What was recorded, for whoever makes something of it. Stateless. */
public final class RecordedRequests {
  private static final long MOST_BYTES = 1L << 30;

  private final RequestLogFolder folder;

  /** Requests in a folder. */
  public RecordedRequests(RequestLogFolder folder) {
    this.folder = folder;
  }

  /**
   * What there is of a model.
   *
   * @param model the model
   * @param files how many files
   * @param bytes of all of them
   */
  public record Size(ModelName model, int files, long bytes) {}

  /** What there is, by model. */
  public List<Size> sizes() throws IOException {
    List<Size> sizes = new ArrayList<>();
    for (ModelName model : folder.models()) {
      List<RequestLogFolder.Kept> files = folder.files(model);
      long bytes = files.stream().mapToLong(RequestLogFolder.Kept::bytes).sum();
      if (!files.isEmpty()) {
        sizes.add(new Size(model, files.size(), bytes));
      }
    }
    return sizes;
  }

  /**
   * The newest requests of a model that were recorded with their answers, the oldest of them first.
   *
   * @throws IOException if one is damaged, or they take more than 1 GiB
   */
  public List<AnsweredRequest> answered(ModelName model, int most) throws IOException {
    ByteBudget budget = new ByteBudget(MOST_BYTES);
    List<AnsweredRequest> answered = new ArrayList<>();
    for (byte[] record : folder.newest(model, most)) {
      PredictionLogs.readAnswered(record, budget).ifPresent(answered::add);
    }
    return answered;
  }

  /**
   * Copies the newest requests as warm-up requests into a SavedModel, without their answers.
   *
   * @param most 1 to {@link WarmUpFile#MOST_RECORDS}
   * @return how many were copied
   * @throws IOException if there are none, if it is no SavedModel, or has warm-up requests already
   */
  public int copyAsWarmUp(ModelName model, int most, Path savedModel) throws IOException {
    if (most < 1 || most > WarmUpFile.MOST_RECORDS) {
      throw new IOException("1 to " + WarmUpFile.MOST_RECORDS + " warm-up requests may be there");
    }
    if (!Files.isRegularFile(savedModel.resolve("saved_model.pb"))) {
      throw new IOException(savedModel + " is no SavedModel: it has no saved_model.pb");
    }
    List<byte[]> records = folder.newest(model, most);
    if (records.isEmpty()) {
      throw new IOException("no requests to '" + model + "' are recorded");
    }
    Path file = WarmUpFile.in(savedModel);
    Files.createDirectories(savedModel.resolve("assets.extra"));
    ByteBudget budget = new ByteBudget(MOST_BYTES);
    int copied = 0;
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW))) {
      TfRecordWriter written = new TfRecordWriter(out);
      for (byte[] record : records) {
        var request = PredictionLogs.read(record, budget);
        if (request.isPresent()) {
          written.write(PredictionLogs.write(request.get()));
          copied++;
        }
      }
    } catch (FileAlreadyExistsException twice) {
      throw new IOException(savedModel + " has warm-up requests already", twice);
    }
    return copied;
  }
}
