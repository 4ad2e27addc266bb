package dev.millrace.server.security.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyRingTest {
  private static final List<Grant> ROLES = List.of(Grant.parse("predictor:team-a-*").orElseThrow());

  @TempDir private Path folder;
  private final PuppetClock clock = new PuppetClock();
  private KeyChanges changes;
  private KeyUse use;
  private KeyRing ring;

  @BeforeEach
  void open() throws IOException {
    KeyFile file = new KeyFile(folder);
    changes = new KeyChanges(file, new SecureRandom(), clock);
    use = new KeyUse(folder);
    ring = new KeyRing(file, use, clock);
  }

  @Test
  void create_aKey_isOf256RandomBitsAndNowhereOnDisk() throws Exception {
    String key = changes.create("alice", ROLES, Optional.empty());
    assertThat(key).matches("mr_[a-z0-9]{8}_[A-Za-z0-9_-]{43}");
    String file = Files.readString(folder.resolve("keys.json"));
    assertThat(file).contains("alice").doesNotContain(key.substring("mr_12345678_".length()));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("keys.json"))))
        .isEqualTo("rw-------");
    assertThat(changes.create("bob", ROLES, Optional.empty())).isNotEqualTo(key);
  }

  @Test
  void find_aKeyMadeSince_isKnownAfterTheNextLook() throws Exception {
    assertThat(ring.hasAny()).isFalse();
    String key = changes.create("alice", ROLES, Optional.empty());
    assertInvalid(key);
    ring.refresh();
    Caller caller = ring.find(key);
    assertThat(caller.id()).isEqualTo("key:alice");
    assertThat(caller.access().may(Permission.PREDICT, "team-a-mnist")).isTrue();
    assertThat(caller.access().may(Permission.PREDICT, "team-b-mnist")).isFalse();
    assertThat(caller.isAnonymous()).isFalse();
  }

  @Test
  void find_whatIsNoKey_isInvalid() throws Exception {
    String key = changes.create("alice", ROLES, Optional.empty());
    ring.refresh();
    char last = key.charAt(key.length() - 1);
    assertInvalid(key.substring(0, key.length() - 1) + (last == 'A' ? 'E' : 'A'));
    assertInvalid(key + "A");
    assertInvalid("");
    assertInvalid("mr_");
    assertInvalid(key.toUpperCase(java.util.Locale.ROOT));
    assertInvalid("mr_zzzzzzzz" + key.substring("mr_12345678".length()));
  }

  @Test
  void find_afterItsTime_isInvalid() throws Exception {
    String key = changes.create("alice", ROLES, Optional.of(Duration.ofDays(1)));
    ring.refresh();
    clock.advance(Duration.ofDays(1).minusSeconds(1));
    ring.find(key);
    clock.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> ring.find(key)).hasMessage("this API key has expired");
  }

  @Test
  void revoke_byPrefixOrName_endsTheKeyAndNotTheAskingForKeys() throws Exception {
    String key = changes.create("alice", ROLES, Optional.empty());
    String other = changes.create("bob", ROLES, Optional.empty());
    changes.revoke(KeyText.prefix(key));
    changes.revoke("bob");
    ring.refresh();
    assertThatThrownBy(() -> ring.find(key)).hasMessage("this API key was revoked");
    assertInvalid(other);
    assertThat(ring.hasAny()).isTrue();
    assertThatThrownBy(() -> changes.revoke("bob")).hasMessageContaining("no key 'bob'");
  }

  @Test
  void rotate_aKey_leavesTheOldOneForAWhile() throws Exception {
    String old = changes.create("alice", ROLES, Optional.empty());
    String made = changes.rotate("alice", Duration.ofHours(1), Optional.empty());
    ring.refresh();
    assertThat(ring.find(old)).isEqualTo(ring.find(made));
    clock.advance(Duration.ofHours(1));
    assertInvalid(old);
    assertThat(ring.find(made).access().may(Permission.PREDICT, "team-a-x")).isTrue();
    assertThatThrownBy(() -> changes.rotate("bob", Duration.ofHours(1), Optional.empty()))
        .hasMessageContaining("create makes one");
  }

  @Test
  void create_nameThatHasAKey_isRefused() throws Exception {
    changes.create("alice", ROLES, Optional.empty());
    assertThatThrownBy(() -> changes.create("alice", ROLES, Optional.empty()))
        .hasMessageContaining("rotate");
    assertThatThrownBy(() -> changes.create("a\nb", ROLES, Optional.empty()))
        .hasMessageContaining("a name is");
    assertThatThrownBy(() -> changes.create("carol", List.of(), Optional.empty()))
        .hasMessageContaining("role");
  }

  @Test
  void refresh_fileThatIsDamagedOrGone_keepsWhatWasKnown() throws Exception {
    String key = changes.create("alice", ROLES, Optional.empty());
    ring.refresh();
    Files.writeString(folder.resolve("keys.json"), "[{");
    ring.refresh();
    ring.find(key);
    Files.delete(folder.resolve("keys.json"));
    ring.refresh();
    ring.find(key);
    assertThat(ring.hasAny()).isTrue();
    changes.create("bob", ROLES, Optional.empty());
    ring.refresh();
    assertInvalid(key);
  }

  @Test
  void open_damagedFile_isNoOpenServer() throws Exception {
    Files.writeString(folder.resolve("keys.json"), "[{\"prefix\":\"x\",\"hash\":\"zz\"}]");
    assertThatThrownBy(() -> new KeyRing(new KeyFile(folder), use, clock))
        .isInstanceOf(IOException.class);
  }

  @Test
  void last_afterUse_isKnownAndSurvives() throws Exception {
    String key = changes.create("alice", ROLES, Optional.empty());
    ring.refresh();
    assertThat(use.last(KeyText.prefix(key))).isEmpty();
    ring.find(key);
    use.write();
    assertThat(new KeyUse(folder).last(KeyText.prefix(key)).orElseThrow())
        .isEqualTo(java.time.Instant.ofEpochSecond(clock.instant().getEpochSecond()));
  }

  private void assertInvalid(String key) {
    assertThatThrownBy(() -> ring.find(key))
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(ErrorReason.CREDENTIALS_INVALID);
              assertThat(refused.message() + refused.metadata()).doesNotContain("mr_");
            });
  }
}
