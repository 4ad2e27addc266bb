package dev.millrace.server.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditMark;
import dev.millrace.server.dataset.DatasetPlan;
import dev.millrace.server.dataset.DatasetTrash;
import dev.millrace.server.dataset.DatasetUpload;
import dev.millrace.server.dataset.DatasetUploads;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.Declarations;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.storage.FileReceiptStore;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletions of datasets, with their receipts. */
final class DatasetDeletionsTest {
  private static final VersionId FIRST = new VersionId(new ModelName("moods"), 1);
  private static final VersionId SECOND = new VersionId(new ModelName("moods"), 2);
  private static final byte[] TABLE =
      "text,label\ncanary one,x\nb,y\nc,x\nd,y\ne,x\nf,y\n".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path root;
  private final PuppetClock clock = new PuppetClock();
  private final List<AuditEntry> told = new ArrayList<>();
  private final List<VersionId> trained = new ArrayList<>(List.of(SECOND, FIRST));
  private final List<String> asked = new ArrayList<>();
  private Path datasets = Path.of("");
  private boolean placeFails;
  private int ids;

  @BeforeEach
  void folder() {
    datasets = root.resolve("datasets");
  }

  @Test
  void delete_dataset_leavesAReceiptAndNoByte() throws Exception {
    String digest = upload("texts", Optional.empty());
    DatasetDeletions deletions = deletions();

    Receipt receipt = deletions.delete("texts", false, "ann", "withdrawn");

    assertThat(receipt.finished()).isTrue();
    assertThat(receipt.digest()).isEqualTo(digest);
    assertThat(receipt.owner()).isEqualTo("olga");
    assertThat(receipt.purpose()).isEqualTo("a study");
    assertThat(receipt.caller()).isEqualTo("ann");
    assertThat(receipt.reason()).isEqualTo("withdrawn");
    assertThat(receipt.removed())
        .contains(
            new RemovedItem("evaluations", "evaluations/e1", 12, ""),
            new RemovedItem("datasets", "all.csv", TABLE.length, sha256()));
    assertThat(receipt.bytes()).isGreaterThan(TABLE.length + 12);
    assertThat(receipt.versions()).containsExactly(SECOND, FIRST);
    assertThat(receipt.deletedVersions()).isEmpty();
    assertThat(asked).containsExactly("texts " + digest);
    assertNoCanary();
    assertThat(new Datasets(datasets).names()).containsExactly("mnist");
    assertThat(deletions.deleted(digest)).contains(clock.instant());
    assertThat(deletions.deleted("")).isEmpty();
    assertThat(deletions.deleted("other")).isEmpty();
    assertThat(deletions().all()).containsExactly(receipt);
  }

  @Test
  void delete_done_isInTheAuditLog() throws Exception {
    String digest = upload("texts", Optional.empty());

    Receipt receipt = deletions().delete("texts", true, "ann", "");

    assertThat(told).hasSize(1);
    AuditEntry line = told.get(0);
    assertThat(line.caller()).isEqualTo("ann");
    assertThat(line.target()).isEqualTo("datasets/texts");
    assertThat(line.details())
        .containsAllEntriesOf(
            Map.of(
                "receipt", receipt.id(),
                "digest", digest,
                "versions_left", "models/moods/versions/1",
                "versions_deleted", "models/moods/versions/2",
                "items", "3"));
  }

  @Test
  void delete_withVersions_deletesThoseThatNothingHolds() throws Exception {
    upload("texts", Optional.empty());

    Receipt receipt = deletions().delete("texts", true, "ann", "");

    assertThat(receipt.deletedVersions()).containsExactly(SECOND);
    assertThat(receipt.versions()).containsExactly(FIRST);
    assertThat(trained).containsExactly(FIRST);
  }

  @Test
  void delete_whatCannotBe_isRefusedAndLeavesNothing() throws Exception {
    upload("texts", Optional.empty());
    DatasetDeletions deletions = deletions();
    Files.createDirectories(root.resolve("elsewhere"));
    Files.createSymbolicLink(datasets.resolve("linked"), root.resolve("elsewhere"));

    assertRefused(ErrorReason.NAME_INVALID, () -> deletions.delete("mnist", false, "a", ""));
    assertRefused(ErrorReason.DATASET_NOT_FOUND, () -> deletions.delete("none", false, "a", ""));
    assertRefused(ErrorReason.DATASET_NOT_FOUND, () -> deletions.delete("../up", false, "a", ""));
    assertRefused(
        ErrorReason.DATASET_NOT_FOUND, () -> deletions.delete(".declared", false, "a", ""));
    assertRefused(ErrorReason.DATASET_INVALID, () -> deletions.delete("linked", false, "a", ""));
    assertRefused(
        ErrorReason.PARAMETER_INVALID,
        () -> deletions.delete("texts", false, "a", "r".repeat(1001)));
    assertThat(deletions.all()).isEmpty();
    assertThat(told).isEmpty();
    assertThat(new Datasets(datasets).names()).contains("texts");
    assertThat(deletions.delete("texts", false, "a", "r".repeat(1000)).finished()).isTrue();
  }

  @Test
  void delete_unreadableDataset_goesByItsName() throws Exception {
    Files.createDirectories(datasets.resolve("broken"));
    Files.writeString(datasets.resolve("broken/all.csv"), "canary");

    Receipt receipt = deletions().delete("broken", false, "a", "");

    assertThat(receipt.digest()).isEmpty();
    assertNoCanary();
  }

  @Test
  void delete_brokenOff_isFinishedByTheNextStart() throws Exception {
    String digest = upload("texts", Optional.empty());
    placeFails = true;
    assertThatIllegalStateException()
        .isThrownBy(() -> deletions().delete("texts", true, "ann", "withdrawn"));
    assertThat(new Datasets(datasets).names()).containsExactly("mnist");
    DatasetDeletions after = deletions();
    assertThat(after.all()).extracting(Receipt::finished).containsExactly(false);
    assertThat(after.deleted(digest)).isEmpty();
    placeFails = false;

    after.finish();
    after.finish();

    assertThat(after.all()).hasSize(1);
    Receipt receipt = after.all().get(0);
    assertThat(receipt.finished()).isTrue();
    assertThat(receipt.caller()).isEqualTo("ann");
    assertThat(receipt.deletedVersions()).containsExactly(SECOND);
    assertThat(receipt.removed()).extracting(RemovedItem::name).contains("all.csv");
    assertThat(after.deleted(digest)).isPresent();
    assertNoCanary();
    assertThat(told).hasSize(1);
  }

  @Test
  void deleteExpired_timeOver_deletesThoseAlone() throws Exception {
    upload("short", Optional.of(Duration.ofDays(1)));
    upload("long", Optional.of(Duration.ofDays(3)));
    upload("ever", Optional.empty());
    DatasetDeletions deletions = deletions();

    deletions.deleteExpired();
    assertThat(deletions.all()).isEmpty();
    clock.advance(Duration.ofDays(2));
    deletions.deleteExpired();

    assertThat(deletions.all())
        .extracting(Receipt::dataset, Receipt::caller, Receipt::reason, Receipt::withVersions)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("short", "millrace", "its time was over", false));
    assertThat(new Datasets(datasets).names()).containsExactly("ever", "long", "mnist");
  }

  @Test
  void upload_sameNameAfterADeletion_isADatasetOfItsOwn() throws Exception {
    upload("texts", Optional.of(Duration.ofDays(1)));
    DatasetDeletions deletions = deletions();
    deletions.delete("texts", false, "a", "");
    upload("texts", Optional.empty());
    clock.advance(Duration.ofDays(2));

    deletions.deleteExpired();

    assertThat(new Datasets(datasets).names()).contains("texts");
    assertThat(deletions.delete("texts", false, "a", "").finished()).isTrue();
    assertThat(deletions.all()).hasSize(2);
  }

  private DatasetDeletions deletions() throws IOException {
    return new DatasetDeletions(
        new DatasetDeletions.Files(
            new Datasets(datasets), new Declarations(datasets), new DatasetTrash(datasets)),
        List.of(this::place),
        new Versions(),
        new FileReceiptStore(root.resolve("deletions")),
        entry -> {
          told.add(entry);
          return AuditMark.NONE;
        },
        () -> "d" + ++ids,
        clock);
  }

  private List<RemovedItem> place(String dataset, String digest) {
    if (placeFails) {
      throw new IllegalStateException("the machine stops");
    }
    asked.add(dataset + " " + digest);
    return List.of(new RemovedItem("evaluations", "evaluations/e1", 12, ""));
  }

  private final class Versions implements TrainedVersions {
    @Override
    public List<VersionId> of(String dataset, String digest) {
      return List.copyOf(trained);
    }

    @Override
    public void delete(VersionId id, String caller, String reason) {
      if (id.equals(FIRST)) {
        throw new ServingException(ErrorReason.VERSION_IN_USE, "it is the champion");
      }
      trained.remove(id);
    }
  }

  private String upload(String name, Optional<Duration> retention) throws Exception {
    DatasetUploads uploads = new DatasetUploads(datasets, 1 << 20, () -> "u" + ++ids, clock);
    DatasetPlan plan =
        new DatasetPlan(
            name,
            List.of(new DatasetPlan.File("all.csv", TABLE.length, sha256())),
            "olga",
            "a study",
            retention);
    try (DatasetUpload upload = uploads.begin(plan)) {
      upload.write("all.csv", 0, ByteBuffer.wrap(TABLE));
      return uploads.finish(upload).digest();
    }
  }

  private void assertNoCanary() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("canary");
      }
    }
  }

  private static String sha256() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(TABLE));
  }

  private static void assertRefused(ErrorReason reason, ThrowingCallable call) {
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(call)
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(reason));
  }
}
