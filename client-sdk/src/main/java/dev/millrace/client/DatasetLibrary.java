package dev.millrace.client;

import dev.millrace.v1.Dataset;
import dev.millrace.v1.DatasetPlan;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.DeleteDatasetRequest;
import dev.millrace.v1.DeletionReceipt;
import dev.millrace.v1.GetDatasetRequest;
import dev.millrace.v1.ImportDatasetRequest;
import dev.millrace.v1.ImportDatasetResponse;
import dev.millrace.v1.ImportFile;
import dev.millrace.v1.ListDatasetsRequest;
import dev.millrace.v1.ListDeletionsRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** The datasets of a server. Its methods wait and throw {@link MillraceException}. Thread-safe. */
public final class DatasetLibrary {
  private static final int MOST_ATTEMPTS = 3;
  private static final String KIND = "DATASET_KIND_";

  private final Channel channel;

  DatasetLibrary(Channel channel) {
    this.channel = channel;
  }

  /** All of them, by name; only names and kinds are told. */
  public List<DatasetInfo> list() {
    return Channel.await(
            Channel.future(
                channel
                    .timed(DatasetServiceGrpc.newFutureStub(channel.grpc()))
                    .listDatasets(ListDatasetsRequest.getDefaultInstance())))
        .getDatasetsList()
        .stream()
        .map(DatasetLibrary::decode)
        .toList();
  }

  /** One of them, which the server reads and checks. */
  public DatasetInfo get(String name) {
    return decode(
        Channel.await(
                Channel.future(
                    channel
                        .timed(DatasetServiceGrpc.newFutureStub(channel.grpc()))
                        .getDataset(
                            GetDatasetRequest.newBuilder().setName("datasets/" + name).build())))
            .getDataset());
  }

  /**
   * Uploads a dataset. The same files again are not sent, and no error.
   *
   * @param files its files; their names without folders are those that the server keeps
   * @param onProgress hears of each piece that was sent, on the calling thread
   * @throws IllegalArgumentException if a file is none, or two have one name
   * @throws UncheckedIOException if a file cannot be read
   */
  public DatasetInfo upload(String name, List<Path> files, Consumer<ImportProgress> onProgress) {
    return upload(name, files, DatasetTerms.none(), onProgress);
  }

  /** The same, with what is declared of it; what was declared before is not changed. */
  public DatasetInfo upload(
      String name, List<Path> files, DatasetTerms terms, Consumer<ImportProgress> onProgress) {
    try {
      Map<String, Path> byName = new HashMap<>();
      DatasetPlan.Builder plan =
          DatasetPlan.newBuilder()
              .setName("datasets/" + name)
              .setOwner(terms.owner())
              .setPurpose(terms.purpose());
      terms
          .retention()
          .ifPresent(
              time ->
                  plan.getRetentionBuilder().setSeconds(time.toSeconds()).setNanos(time.getNano()));
      for (Path file : files) {
        String shown = Objects.requireNonNull(file.getFileName(), "a file's name").toString();
        if (!Files.isRegularFile(file) || byName.put(shown, file) != null) {
          throw new IllegalArgumentException(file + " is no file, or is there twice");
        }
        plan.addFiles(
            ImportFile.newBuilder()
                .setPath(shown)
                .setSizeBytes(Files.size(file))
                .setSha256(SavedModelFiles.sha256(file)));
      }
      return upload(plan.build(), byName, onProgress);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * Deletes a dataset and every copy of its examples that the server made. Versions that were
   * trained on it stay, and tell so, unless they are to be deleted too. Takes as long as jobs need
   * to end that learn from it.
   *
   * @param withVersions true to delete them too, as far as nothing holds them
   * @param reason why, in words; may be empty
   * @throws MillraceException DATASET_NOT_FOUND, or NAME_INVALID for the built-in one
   */
  public DatasetReceipt delete(String name, boolean withVersions, String reason) {
    return decode(
        Channel.await(
                Channel.future(
                    DatasetServiceGrpc.newFutureStub(channel.grpc())
                        .deleteDataset(
                            DeleteDatasetRequest.newBuilder()
                                .setName("datasets/" + name)
                                .setWithVersions(withVersions)
                                .setReason(reason)
                                .build())))
            .getReceipt());
  }

  /** The receipts of all deletions, newest first. */
  public List<DatasetReceipt> deletions() {
    return Channel.await(
            Channel.future(
                channel
                    .timed(DatasetServiceGrpc.newFutureStub(channel.grpc()))
                    .listDeletions(ListDeletionsRequest.getDefaultInstance())))
        .getReceiptsList()
        .stream()
        .map(DatasetLibrary::decode)
        .toList();
  }

  private static DatasetReceipt decode(DeletionReceipt receipt) {
    return new DatasetReceipt(
        receipt.getId(),
        receipt.getName().substring(receipt.getName().indexOf('/') + 1),
        receipt.getDigest(),
        receipt.getOwner(),
        receipt.getPurpose(),
        receipt.getCaller(),
        receipt.getReason(),
        receipt.hasDeleteTime()
            ? Optional.of(Codec.decode(receipt.getDeleteTime()))
            : Optional.empty(),
        receipt.getRemovedList().stream()
            .map(
                item ->
                    new DatasetReceipt.Removed(
                        item.getPlace(), item.getName(), item.getSizeBytes(), item.getSha256()))
            .toList(),
        receipt.getVersionsList(),
        receipt.getDeletedVersionsList());
  }

  private DatasetInfo upload(
      DatasetPlan plan, Map<String, Path> files, Consumer<ImportProgress> onProgress)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return decode(
            new UploadCall<ImportDatasetRequest, ImportDatasetResponse>(
                    call -> DatasetServiceGrpc.newStub(channel.grpc()).importDataset(call),
                    ImportDatasetRequest.newBuilder().setPlan(plan).build(),
                    piece -> ImportDatasetRequest.newBuilder().setPiece(piece).build(),
                    new UploadCall.Sent(
                        plan.getFilesList(),
                        file -> Objects.requireNonNull(files.get(file), file),
                        Map.of()),
                    onProgress)
                .run()
                .getDataset());
      } catch (MillraceException failed) {
        if (!failed.isRetryable() || attempt == MOST_ATTEMPTS) {
          throw failed;
        }
      }
    }
  }

  private static DatasetInfo decode(Dataset dataset) {
    return new DatasetInfo(
        dataset.getName().substring(dataset.getName().indexOf('/') + 1),
        dataset.getKind().name().startsWith(KIND)
            ? dataset.getKind().name().substring(KIND.length())
            : "UNKNOWN",
        dataset.getDigest(),
        dataset.getTrainExamples(),
        dataset.getValidationExamples(),
        dataset.getTestExamples(),
        new ArrayList<>(dataset.getLabelsList()),
        new ArrayList<>(dataset.getSlicesList()),
        dataset.getOwner(),
        dataset.getPurpose(),
        dataset.hasExpireTime()
            ? Optional.of(Codec.decode(dataset.getExpireTime()))
            : Optional.empty());
  }
}
