package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.Ed25519Keys;
import dev.millrace.server.testing.FakeServable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VersionSignaturesTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final VersionId ID = new VersionId(MODEL, 1);

  @TempDir private Path folder;
  private Path version;
  private Ed25519Keys keys;
  private Ed25519Keys others;
  private VersionSignatures signatures;

  @BeforeEach
  void make() throws Exception {
    keys = Ed25519Keys.make(folder, "own");
    others = Ed25519Keys.make(folder, "others");
    signatures = new VersionSignatures(Optional.of(keys.shown()));
    version = Files.createDirectories(folder.resolve("models/m/1"));
    Files.createDirectories(version.resolve("variables"));
    Files.writeString(version.resolve("saved_model.pb"), "graph");
    Files.writeString(version.resolve("variables/variables.index"), "index");
  }

  @Test
  void require_signedFiles_pass() throws Exception {
    assertThat(sign(MODEL, keys)).isEqualTo(2);
    signatures.require(MODEL, "m/1", version);
    Files.writeString(
        others.shown(), Files.readString(others.shown()) + "\n" + Files.readString(keys.shown()));
    new VersionSignatures(Optional.of(others.shown())).require(MODEL, "m/1", version);
  }

  @Test
  void require_noSignatureOrWhatIsNone_isUnsigned() throws Exception {
    assertRefused(ErrorReason.VERSION_UNSIGNED, "sign it with 'millrace sign'");
    for (String none : List.of("", "millrace-signature 1\n", "\u0000\u00ff")) {
      Files.writeString(version.resolve("manifest.sig"), none);
      assertRefused(ErrorReason.VERSION_UNSIGNED, "is not signed");
    }
    Files.write(version.resolve("manifest.sig"), new byte[] {(byte) 0xC0, (byte) 0x80});
    assertRefused(ErrorReason.VERSION_UNSIGNED, "is not signed");
  }

  @Test
  void require_signatureOfAnother_isInvalid() throws Exception {
    sign(MODEL, others);
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "none of the trusted keys");
    signatures = VersionSignatures.NONE;
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "signature-keys");
    signatures = new VersionSignatures(Optional.of(folder.resolve("missing")));
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "signature-keys cannot be used");
  }

  @Test
  void require_changedTextOfAGoodSignature_isInvalid() throws Exception {
    sign(MODEL, keys);
    Path file = version.resolve("manifest.sig");
    String text = Files.readString(file);
    Files.writeString(version.resolve("saved_model.pb"), "other");
    String digest = Sha256.of(version.resolve("saved_model.pb"));
    Files.writeString(file, text.replaceFirst("file [0-9a-f]{64} 5", "file " + digest + " 5"));
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "none of the trusted keys");
  }

  @Test
  void require_changedAddedOrMissingFile_isNamed() throws Exception {
    sign(MODEL, keys);
    Files.writeString(version.resolve("saved_model.pb"), "grapH");
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "saved_model.pb");
    Files.writeString(version.resolve("saved_model.pb"), "graph");
    signatures.require(MODEL, "m/1", version);
    Files.writeString(version.resolve("more"), "");
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "does not vouch for");
    Files.delete(version.resolve("more"));
    Files.delete(version.resolve("variables/variables.index"));
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "variables.index");
  }

  @Test
  void require_signatureForAnotherModel_isInvalid() throws Exception {
    sign(new ModelName("other"), keys);
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "vouches for 'model other'");
  }

  @Test
  void read_keysOfAnotherKind_areRefusedWithoutTheirContent() throws Exception {
    assertThatThrownBy(() -> SigningKey.read(keys.shown())).hasMessageContaining("PRIVATE KEY");
    assertThatThrownBy(() -> TrustedKeys.read(keys.secret())).hasMessageContaining("PUBLIC KEY");
    Files.writeString(
        folder.resolve("rsa.pem"),
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> SigningKey.read(folder.resolve("rsa.pem")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no private key of Ed25519")
        .hasMessageNotContaining("c2VjcmV0");
  }

  @Test
  void require_signatureThatIsNoneOfItsKind_isInvalid() throws Exception {
    sign(MODEL, keys);
    Path file = version.resolve("manifest.sig");
    Files.writeString(file, Files.readString(file).replaceFirst("ed25519 .*", "ed25519 AAAA"));
    assertRefused(ErrorReason.VERSION_SIGNATURE_INVALID, "none of the trusted keys");
  }

  @Test
  void require_folderThatIsGone_isNoQuestionOfSignatures() {
    version = folder.resolve("gone");
    assertRefused(ErrorReason.LOAD_FAILED, "the files of m/1 cannot be read");
  }

  @Test
  void require_pathThatCannotBeSigned_isRefused() throws Exception {
    sign(MODEL, keys);
    List<FileEntry> odd = List.of(new FileEntry("a\nb", 1, "aa"));
    assertThatThrownBy(() -> signatures.require(MODEL, "m/1", version, odd))
        .hasMessage("the files of m/1 cannot have been signed: a path has control characters");
  }

  @Test
  void read_trustedKeyOfAnotherKind_isRefused() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("odd.pem"),
            Files.readString(keys.shown())
                + "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
    assertThatThrownBy(() -> TrustedKeys.read(file)).hasMessageContaining("none of Ed25519");
  }

  @Test
  void load_strictModel_takesSignedFilesAlone() throws Exception {
    load(ModelSettings.DEFAULT);
    settings("require-signature: true");
    assertThatThrownBy(() -> load(ModelSettings.DEFAULT)).hasMessageContaining("is not signed");
    sign(MODEL, keys);
    load(ModelSettings.DEFAULT);
    Files.writeString(version.resolve("saved_model.pb"), "other");
    assertThatThrownBy(() -> load(ModelSettings.DEFAULT)).hasMessageContaining("saved_model.pb");
  }

  @Test
  void load_strictServer_isNotLoosenedByAModelsSettings() throws Exception {
    settings("require-signature: false");
    assertThatThrownBy(() -> load(ModelSettings.DEFAULT.requiringSignature(true)))
        .hasMessageContaining("is not signed");
  }

  @Test
  void publish_sealed_isSignedAndIsAsBefore() throws Exception {
    ModelRepository repository = ModelRepository.open(folder.resolve("models"));
    SignaturePolicy policy = policy(repository, Optional.of(SigningKey.read(keys.secret())));
    settings("require-signature: true");
    policy.checkTrainable(MODEL);
    assertThatThrownBy(() -> policy(repository, Optional.empty()).checkTrainable(MODEL))
        .hasMessageContaining("signing-key");
    Path staged = Files.createDirectories(folder.resolve("staged"));
    Files.writeString(staged.resolve("saved_model.pb"), "trained");
    VersionId published = repository.publish(MODEL, staged, draft(), policy::seal);
    policy.check(published);
    assertThat(repository.manifest(published).orElseThrow().files())
        .extracting(FileEntry::path)
        .containsExactly("saved_model.pb");
    Files.writeString(staged.getParent().resolve("models/m/2/saved_model.pb"), "Trained");
    signatures = new VersionSignatures(Optional.of(keys.shown()));
    assertThatThrownBy(() -> signatures.require(MODEL, "m/2", folder.resolve("models/m/2")))
        .hasMessageContaining("saved_model.pb");
  }

  @Test
  void check_versionOfAStrictModel_passesOnlySigned() throws Exception {
    ModelRepository repository = ModelRepository.open(folder.resolve("models"));
    SignaturePolicy policy = policy(repository, Optional.empty());
    policy.check(ID);
    settings("require-signature: true");
    assertThatThrownBy(() -> policy.check(ID)).hasMessageContaining("is not signed");
    sign(MODEL, keys);
    policy.check(ID);
  }

  private SignaturePolicy policy(ModelRepository repository, Optional<SigningKey> own) {
    return new SignaturePolicy(repository, signatures, ModelSettings.DEFAULT, own);
  }

  private static Manifest draft() {
    return new Manifest(
        "test", "", "", new TreeMap<>(), 0, "", "", new TreeMap<>(), Instant.EPOCH, List.of());
  }

  private int sign(ModelName model, Ed25519Keys by) throws IOException {
    return VersionSignatures.sign(model, version, SigningKey.read(by.secret()));
  }

  private void settings(String text) throws IOException {
    Files.writeString(folder.resolve("models/m/millrace.yaml"), text);
  }

  private void load(ModelSettings defaults) {
    new VerifyingLoader(
            (source, mode) -> new FakeServable(),
            VersionCheck.NONE,
            Acceptance.NONE,
            defaults,
            model -> false,
            signatures)
        .load(new ServableSource(ID, version, "", ModelSettings.DEFAULT), ExecutionMode.PER_CORE)
        .close();
  }

  private void assertRefused(ErrorReason reason, String why) {
    assertThatThrownBy(() -> signatures.require(MODEL, "m/1", version))
        .isInstanceOfSatisfying(
            ServingException.class, refused -> assertThat(refused.reason()).isEqualTo(reason))
        .hasMessageContaining(why);
  }
}
