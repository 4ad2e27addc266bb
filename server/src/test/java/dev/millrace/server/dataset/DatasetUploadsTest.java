package dev.millrace.server.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetUploadsTest {
  private static final byte[] TABLE =
      "text,label\na,x\nb,y\nc,x\nd,y\ne,x\nf,y\n".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final PuppetClock clock = new PuppetClock();
  private final AtomicInteger ids = new AtomicInteger();

  @Test
  void finish_wholeUpload_isADatasetWithItsDigests() throws IOException {
    DatasetUploads uploads = uploads();
    DatasetPlan plan = plan("few", TABLE);

    LabelledDataset dataset = send(uploads, plan, TABLE);

    assertThat(dataset).isEqualTo(new Datasets(folder).read("few"));
    assertThat(folder.resolve("few/SHA256SUMS")).content().contains(sha256(TABLE) + "  all.csv");
    assertThat(uploads.isThere(plan)).isTrue();
    assertNothingStaged();
  }

  @Test
  void begin_sameNameAndOtherFiles_isRefused() {
    DatasetUploads uploads = uploads();
    send(uploads, plan("few", TABLE), TABLE);
    byte[] other = "text,label\na,x\n".getBytes(StandardCharsets.UTF_8);

    assertRefused(ErrorReason.DATASET_EXISTS, () -> uploads.begin(plan("few", other)));
    assertThat(((TextDataset) new Datasets(folder).read("few")).train().count()).isPositive();
  }

  @Test
  void finish_otherBytesThanPlanned_leavesNothing() throws IOException {
    DatasetUploads uploads = uploads();
    byte[] other = TABLE.clone();
    other[0] = 'T';

    assertRefused(ErrorReason.IMPORT_INVALID, () -> send(uploads, plan("few", TABLE), other));
    assertThat(new Datasets(folder).names()).containsExactly("mnist");
    assertNothingStaged();
  }

  @Test
  void finish_filesThatMakeNoDataset_leavesNothing() throws IOException {
    DatasetUploads uploads = uploads();
    byte[] broken = "text,label\na,x\nb\n".getBytes(StandardCharsets.UTF_8);

    assertRefused(ErrorReason.DATASET_INVALID, () -> send(uploads, plan("few", broken), broken));
    assertThat(new Datasets(folder).names()).containsExactly("mnist");
    assertNothingStaged();
  }

  @Test
  void write_moreThanPlannedOrElsewhere_isRefused() {
    DatasetUploads uploads = uploads();
    try (DatasetUpload upload = uploads.begin(plan("few", TABLE))) {
      upload.write("all.csv", 0, ByteBuffer.wrap(TABLE));
      assertRefused(
          ErrorReason.IMPORT_INVALID,
          () -> upload.write("all.csv", TABLE.length, ByteBuffer.wrap(TABLE)));
      assertRefused(
          ErrorReason.IMPORT_INVALID, () -> upload.write("all.csv", 3, ByteBuffer.wrap(TABLE)));
      assertRefused(
          ErrorReason.IMPORT_INVALID, () -> upload.write("more.csv", 0, ByteBuffer.wrap(TABLE)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../all.csv", "a/b.csv", ".hidden", "", "SHA256SUMS", "a\\b.csv", "a b"})
  void begin_namesThatLeadElsewhere_areRefused(String file) {
    DatasetPlan plan =
        new DatasetPlan("few", List.of(new DatasetPlan.File(file, 1, "0".repeat(64))));

    assertRefused(ErrorReason.IMPORT_INVALID, () -> uploads().begin(plan));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mnist", "../few", ".uploads", "", "a/b"})
  void begin_namesThatAreNone_areRefused(String name) {
    assertRefused(ErrorReason.NAME_INVALID, () -> uploads().begin(plan(name, TABLE)));
  }

  @Test
  void begin_moreThanItTakes_isRefused() {
    DatasetPlan plan =
        new DatasetPlan("few", List.of(new DatasetPlan.File("a.csv", 1001, "0".repeat(64))));

    assertRefused(
        ErrorReason.REQUEST_TOO_LARGE,
        () -> new DatasetUploads(folder, 1000, () -> "id", clock).begin(plan));
  }

  @Test
  void finish_plan_declaresWhoseItIsWhatForAndHowLong() {
    Declarations declarations = new Declarations(folder);
    byte[] bytes = TABLE;
    DatasetPlan plan =
        new DatasetPlan(
            "few",
            List.of(new DatasetPlan.File("all.csv", bytes.length, sha256(bytes))),
            "ann",
            "to tell moods",
            Optional.of(Duration.ofDays(2)));

    LabelledDataset dataset = send(uploads(), plan, bytes);

    Declaration declared = declarations.of("few");
    assertThat(declared)
        .isEqualTo(
            new Declaration(
                "ann",
                "to tell moods",
                dataset.digest(),
                Optional.of(clock.instant()),
                Optional.of(clock.instant().plus(Duration.ofDays(2)))));
    assertThat(declared.isExpired(clock.instant().plus(Duration.ofDays(2)))).isTrue();
    assertThat(declared.isExpired(clock.instant().plus(Duration.ofHours(47)))).isFalse();
    assertThat(declarations.of("other")).isEqualTo(Declaration.NONE);
    assertThat(new Datasets(folder).names()).containsExactly("few", "mnist");
  }

  @Test
  void begin_declarationsOutOfRange_areRefused() {
    for (DatasetPlan plan :
        List.of(
            declaring("o".repeat(201), "", Optional.empty()),
            declaring("", "p".repeat(1001), Optional.empty()),
            declaring("", "", Optional.of(Duration.ofMillis(999))),
            declaring("", "", Optional.of(Duration.ofDays(36_501))))) {
      assertRefused(ErrorReason.PARAMETER_INVALID, () -> uploads().begin(plan));
    }
    uploads()
        .begin(declaring("o".repeat(200), "p".repeat(1000), Optional.of(Duration.ofSeconds(1))))
        .close();
  }

  private static DatasetPlan declaring(String owner, String purpose, Optional<Duration> retention) {
    return new DatasetPlan(
        "few",
        List.of(new DatasetPlan.File("all.csv", TABLE.length, sha256(TABLE))),
        owner,
        purpose,
        retention);
  }

  @Test
  void open_uploadsThatBrokeOff_areDeleted() throws IOException {
    uploads().begin(plan("few", TABLE)).write("all.csv", 0, ByteBuffer.wrap(TABLE));

    uploads();

    assertNothingStaged();
    assertThat(new Datasets(folder).names()).containsExactly("mnist");
  }

  private DatasetUploads uploads() {
    return new DatasetUploads(folder, 1 << 20, () -> "u" + ids.incrementAndGet(), clock);
  }

  private static LabelledDataset send(DatasetUploads uploads, DatasetPlan plan, byte[] bytes) {
    try (DatasetUpload upload = uploads.begin(plan)) {
      int half = bytes.length / 2;
      upload.write("all.csv", 0, ByteBuffer.wrap(bytes, 0, half));
      upload.write("all.csv", half, ByteBuffer.wrap(bytes, half, bytes.length - half));
      return uploads.finish(upload);
    }
  }

  private static DatasetPlan plan(String name, byte[] bytes) {
    return new DatasetPlan(
        name, List.of(new DatasetPlan.File("all.csv", bytes.length, sha256(bytes))));
  }

  private void assertNothingStaged() throws IOException {
    Path staging = folder.resolve(".uploads");
    if (Files.exists(staging)) {
      assertThat(staging).isEmptyDirectory();
    }
  }

  private static void assertRefused(ErrorReason reason, ThrowingCallable call) {
    assertThatExceptionOfType(ServingException.class)
        .isThrownBy(call)
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
