package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.Ed25519Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which uploads, versions and trainings a model that takes signed versions alone lets pass. */
final class SignaturePolicyTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final ModelSettings STRICT = ModelSettings.DEFAULT.requiringSignature(true);

  @TempDir private Path folder;
  private ModelRepository repository;
  private Ed25519Keys keys;
  private Path version;

  @BeforeEach
  void make() throws Exception {
    repository = ModelRepository.open(Files.createDirectory(folder.resolve("models")));
    keys = Ed25519Keys.make(folder, "own");
    version = Files.createDirectories(folder.resolve("models/m/1"));
    Files.writeString(version.resolve("saved_model.pb"), "graph");
  }

  @Test
  void isStrict_settingsOfTheModel_tightenAndDoNotLoosen() throws Exception {
    assertThat(policy(ModelSettings.DEFAULT).isStrict(MODEL)).isFalse();
    assertThat(policy(STRICT).isStrict(MODEL)).isTrue();
    settings("require-signature: true");
    assertThat(policy(ModelSettings.DEFAULT).isStrict(MODEL)).isTrue();
    settings("nonsense: [");
    assertThat(policy(ModelSettings.DEFAULT).isStrict(MODEL)).isFalse();
    assertThat(policy(STRICT).isStrict(MODEL)).as("settings that cannot be read").isTrue();
  }

  @Test
  void check_planWithoutASignature_isRefusedBeforeItIsSent() {
    ImportPlan unsigned = plan("saved_model.pb");
    policy(ModelSettings.DEFAULT).check(unsigned);
    assertRefused(() -> policy(STRICT).check(unsigned), ErrorReason.VERSION_UNSIGNED, "the upload");
    policy(STRICT).check(plan("saved_model.pb", "manifest.sig"));
  }

  @Test
  void check_uploadThatIsThere_mustBeSignedByWhomIsTrusted() throws Exception {
    StagedImport upload = new StagedImport(plan("saved_model.pb"), version, () -> {});
    policy(ModelSettings.DEFAULT).check(upload);
    assertRefused(() -> policy(STRICT).check(upload), ErrorReason.VERSION_UNSIGNED, "the upload");
    sign();
    policy(STRICT).check(upload);
    Files.writeString(version.resolve("saved_model.pb"), "other");
    assertRefused(
        () -> policy(STRICT).check(upload), ErrorReason.VERSION_SIGNATURE_INVALID, "other files");
  }

  @Test
  void check_versionThatIsNotThere_isLeftToTheLoad() {
    policy(STRICT).check(new VersionId(MODEL, 7));
  }

  @Test
  void check_versionWithAManifest_isHeldAgainstItsFiles() throws Exception {
    Path staged = Files.createDirectories(folder.resolve("staged"));
    Files.writeString(staged.resolve("saved_model.pb"), "trained");
    VersionId published = repository.publish(MODEL, staged, draft(), Seal.NONE);
    assertRefused(() -> policy(STRICT).check(published), ErrorReason.VERSION_UNSIGNED, "m");
    VersionSignatures.sign(MODEL, folder.resolve("models/m/2"), SigningKey.read(keys.secret()));
    policy(STRICT).check(published);
  }

  @Test
  void checkTrainable_serverWithoutAKey_trainsNothingThatMustBeSigned() throws Exception {
    policy(ModelSettings.DEFAULT).checkTrainable(MODEL);
    assertRefused(
        () -> policy(STRICT).checkTrainable(MODEL), ErrorReason.VERSION_UNSIGNED, "signing-key");
    policy(STRICT, Optional.of(SigningKey.read(keys.secret()))).checkTrainable(MODEL);
  }

  @Test
  void seal_serverWithoutAKey_writesNothing() throws Exception {
    policy(STRICT).seal(MODEL, version);
    assertThat(version.resolve("manifest.sig")).doesNotExist();
    policy(STRICT, Optional.of(SigningKey.read(keys.secret()))).seal(MODEL, version);
    assertThat(version.resolve("manifest.sig")).exists();
    assertThat(SigningKey.read(keys.secret())).hasToString("SigningKey[]");
  }

  @Test
  void none_asASeal_writesNothing() throws IOException {
    Seal.NONE.put(MODEL, version);
    assertThat(version.resolve("manifest.sig")).doesNotExist();
  }

  private void sign() throws IOException {
    VersionSignatures.sign(MODEL, version, SigningKey.read(keys.secret()));
  }

  private SignaturePolicy policy(ModelSettings defaults) {
    return policy(defaults, Optional.empty());
  }

  private SignaturePolicy policy(ModelSettings defaults, Optional<SigningKey> own) {
    return new SignaturePolicy(
        repository, new VersionSignatures(Optional.of(keys.shown())), defaults, own);
  }

  private void settings(String text) throws IOException {
    Files.writeString(folder.resolve("models/m/millrace.yaml"), text);
  }

  private static ImportPlan plan(String... paths) {
    List<FileEntry> files = Arrays.stream(paths).map(path -> new FileEntry(path, 5, "00")).toList();
    return new ImportPlan(MODEL, "i", files, 0, new TreeMap<>(), new TreeMap<>(), "");
  }

  private static Manifest draft() {
    return new Manifest(
        "test", "", "", new TreeMap<>(), 0, "", "", new TreeMap<>(), Instant.EPOCH, List.of());
  }

  private static void assertRefused(Runnable call, ErrorReason reason, String why) {
    assertThatThrownBy(call::run)
        .hasMessageContaining(why)
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(reason);
              assertThat(refused.metadata()).containsEntry("model", "m");
            });
  }
}
