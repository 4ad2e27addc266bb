package dev.millrace.server.security.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of keys when an operator changes them. */
final class KeyChangesTest {
  private static final List<Grant> ROLES = List.of(Grant.parse("predictor:a-*").orElseThrow());
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path folder;
  private final PuppetClock clock = new PuppetClock();
  private KeyFile file;
  private KeyChanges changes;

  @BeforeEach
  void open() {
    file = new KeyFile(folder);
    changes = new KeyChanges(file, new SecureRandom(), clock);
  }

  /** Two keys that share their secret part would both be guessed by who has one of them. */
  @Test
  void create_twoKeys_haveSecretsOfTheirOwn() throws Exception {
    byte[] first = secret(changes.create("alice", ROLES, Optional.empty()));
    byte[] second = secret(changes.create("bob", ROLES, Optional.empty()));
    assertThat(first).hasSize(32).isNotEqualTo(second).isNotEqualTo(new byte[32]);
    assertThat(second).isNotEqualTo(new byte[32]);
  }

  @Test
  void create_withALifetime_isKeptWithItsRolesAndTimes() throws Exception {
    String key = changes.create("alice", ROLES, Optional.of(HOUR));
    ApiKey kept = only();
    assertThat(kept.prefix()).isEqualTo(key.substring(3, 11));
    assertThat(kept.roles()).containsExactly("predictor:a-*");
    assertThat(kept.created()).isEqualTo(now());
    assertThat(kept.expires()).isEqualTo(now().plus(HOUR));
    assertThat(kept.revoked()).isNull();
    assertThat(kept).hasToString("key " + kept.prefix() + " of alice");
  }

  @Test
  void create_nameWhoseKeyHasEnded_makesAnother() throws Exception {
    changes.create("alice", ROLES, Optional.of(HOUR));
    changes.create("bob", ROLES, Optional.empty());
    changes.revoke("bob");
    clock.advance(HOUR);
    changes.create("alice", ROLES, Optional.empty());
    changes.create("bob", ROLES, Optional.empty());
    assertThat(file.read()).hasSize(4);
  }

  @Test
  void create_thatIsRefused_leavesTheKeysThatAreThere() throws Exception {
    changes.create("alice", ROLES, Optional.empty());
    List<ApiKey> before = file.read();
    assertThatThrownBy(() -> changes.create("alice", ROLES, Optional.empty()))
        .isInstanceOf(KeyChanges.RefusedException.class);
    assertThat(file.read()).isEqualTo(before);
  }

  @Test
  void rotate_again_keepsTheRolesOnceAndTheEarlierEnds() throws Exception {
    changes.create("alice", ROLES, Optional.of(HOUR));
    changes.rotate("alice", HOUR.multipliedBy(2), Optional.empty());
    changes.rotate("alice", HOUR.multipliedBy(3), Optional.of(HOUR.multipliedBy(9)));
    assertThat(file.read())
        .extracting(ApiKey::expires)
        .containsExactly(
            now().plus(HOUR), now().plus(HOUR.multipliedBy(3)), now().plus(HOUR.multipliedBy(9)));
    assertThat(file.read()).extracting(ApiKey::roles).containsOnly(List.of("predictor:a-*"));
  }

  @Test
  void rotate_aName_leavesTheKeysOfOthersAlone() throws Exception {
    changes.create("bob", ROLES, Optional.empty());
    changes.create("alice", ROLES, Optional.empty());
    changes.rotate("alice", HOUR, Optional.empty());
    assertThat(file.read()).hasSize(3);
    assertThat(file.read().get(0).expires()).isNull();
    assertThatThrownBy(() -> changes.rotate("carol", HOUR, Optional.empty()))
        .hasMessageContaining("'carol' has no valid key");
    assertThat(file.read()).hasSize(3);
  }

  @Test
  void rotate_nameWhoseKeyWasRevoked_isRefused() throws Exception {
    changes.create("alice", ROLES, Optional.empty());
    changes.revoke("alice");
    assertThatThrownBy(() -> changes.rotate("alice", HOUR, Optional.empty()))
        .isInstanceOf(KeyChanges.RefusedException.class);
  }

  @Test
  void revoke_aName_endsAllOfItsKeysAndThoseAlone() throws Exception {
    changes.create("alice", ROLES, Optional.empty());
    changes.rotate("alice", HOUR, Optional.empty());
    changes.create("bob", ROLES, Optional.empty());
    assertThat(changes.revoke("alice")).isEqualTo(2);
    assertThat(file.read()).extracting(ApiKey::revoked).containsExactly(now(), now(), null);
  }

  @Test
  void revoke_oneOfTwoKeys_leavesTheOther() throws Exception {
    String first = changes.create("alice", ROLES, Optional.empty());
    changes.rotate("alice", HOUR, Optional.empty());
    Instant then = now();
    assertThat(changes.revoke(KeyText.prefix(first))).isEqualTo(1);
    clock.advance(HOUR);
    assertThat(changes.revoke("alice")).as("the one that is left").isEqualTo(1);
    assertThat(file.read())
        .extracting(ApiKey::revoked)
        .as("the first keeps its time")
        .containsExactly(then, now());
  }

  /** Somebody may be called what another's key begins with. */
  @Test
  void revoke_nameThatIsAPrefixToo_endsTheKeyOfThePrefix() throws Exception {
    String prefix = KeyText.prefix(changes.create("alice", ROLES, Optional.empty()));
    changes.create(prefix, ROLES, Optional.empty());
    assertThat(changes.revoke(prefix)).isEqualTo(1);
    assertThat(file.read()).extracting(ApiKey::revoked).containsExactly(now(), null);
  }

  private static byte[] secret(String key) {
    return Arrays.copyOf(Base64.getUrlDecoder().decode(key.substring("mr_12345678_".length())), 32);
  }

  private ApiKey only() throws IOException {
    List<ApiKey> keys = file.read();
    assertThat(keys).hasSize(1);
    return keys.get(0);
  }

  private Instant now() {
    return clock.instant();
  }
}
