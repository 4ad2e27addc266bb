package dev.millrace.server.security.key;

import dev.millrace.server.security.permission.Grant;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an operator does with keys, with or without a running server. The key itself is returned by
 * what makes it, and is nowhere afterwards. Thread-safe.
 */
public final class KeyChanges {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.@-]{0,62})?");

  private final KeyFile file;
  private final SecureRandom random;
  private final InstantSource clock;

  /** A change that cannot be made; the message says why. */
  public static final class RefusedException extends Exception {
    RefusedException(String message) {
      super(message);
    }
  }

  /** Changes of a file. */
  public KeyChanges(KeyFile file, SecureRandom random, InstantSource clock) {
    this.file = file;
    this.random = random;
    this.clock = clock;
  }

  /**
   * Makes a key.
   *
   * @param name who gets it: 1 to 63 letters, digits, '_', '-', '.' or '@'
   * @param roles at least one
   * @param lifetime empty for one that does not expire
   * @return the key
   * @throws RefusedException if the name has another form, or has a valid key
   */
  public String create(String name, List<Grant> roles, Optional<Duration> lifetime)
      throws IOException, RefusedException {
    if (!NAME.matcher(name).matches()) {
      throw new RefusedException(
          "a name is 1 to 63 letters, digits, '_', '-', '.' or '@', and begins with a letter,"
              + " digit or '_'");
    }
    if (roles.isEmpty()) {
      throw new RefusedException("give at least one role");
    }
    Instant now = clock.instant();
    Draft draft = new Draft();
    file.change(
        keys -> {
          if (keys.stream().anyMatch(key -> key.name().equals(name) && key.isValid(now))) {
            draft.refusal = "'" + name + "' has a key already; rotate makes a new one";
            return keys;
          }
          return draft.add(keys, name, roles.stream().map(Grant::toString).toList(), now, lifetime);
        });
    return draft.orThrow();
  }

  /**
   * Makes another key for who has one; the old one stays valid for a while.
   *
   * @param overlap how long at most
   * @param lifetime of the new one; empty for one that does not expire
   * @return the new key
   * @throws RefusedException if nobody of the name has a valid key
   */
  public String rotate(String name, Duration overlap, Optional<Duration> lifetime)
      throws IOException, RefusedException {
    Instant now = clock.instant();
    Draft draft = new Draft();
    file.change(
        keys -> {
          Predicate<ApiKey> old = key -> key.name().equals(name) && key.isValid(now);
          List<String> roles = new ArrayList<>();
          List<ApiKey> rest = new ArrayList<>();
          for (ApiKey key : keys) {
            if (old.test(key)) {
              roles.clear();
              roles.addAll(key.roles());
            }
            rest.add(old.test(key) ? key.endingBy(now.plus(overlap)) : key);
          }
          if (roles.isEmpty()) {
            draft.refusal = "'" + name + "' has no valid key; create makes one";
            return keys;
          }
          return draft.add(rest, name, roles, now, lifetime);
        });
    return draft.orThrow();
  }

  /**
   * Revokes one key, or all of one name.
   *
   * @param prefixOrName the 8 characters that list shows, or the name
   * @return how many
   * @throws RefusedException if there is none that is not revoked
   */
  public int revoke(String prefixOrName) throws IOException, RefusedException {
    Instant now = clock.instant();
    int[] revoked = {0};
    file.change(
        keys -> {
          boolean isPrefix = keys.stream().anyMatch(key -> key.prefix().equals(prefixOrName));
          List<ApiKey> changed = new ArrayList<>();
          for (ApiKey key : keys) {
            boolean meant = prefixOrName.equals(isPrefix ? key.prefix() : key.name());
            revoked[0] += meant && key.revoked() == null ? 1 : 0;
            changed.add(meant ? key.revokedAt(now) : key);
          }
          return changed;
        });
    if (revoked[0] == 0) {
      throw new RefusedException("there is no key '" + prefixOrName + "' to revoke");
    }
    return revoked[0];
  }

  /** A key in the making. */
  private final class Draft {
    private @Nullable String text;
    private @Nullable String refusal;

    List<ApiKey> add(
        List<ApiKey> keys,
        String name,
        List<String> roles,
        Instant now,
        Optional<Duration> lifetime) {
      String made = KeyText.make(random);
      text = made;
      List<ApiKey> all = new ArrayList<>(keys);
      all.add(
          new ApiKey(
              KeyText.prefix(made),
              HexFormat.of().formatHex(KeyText.hash(made)),
              name,
              roles,
              now,
              lifetime.map(now::plus).orElse(null),
              null));
      return all;
    }

    String orThrow() throws RefusedException {
      if (text == null) {
        throw new RefusedException(String.valueOf(refusal));
      }
      return text;
    }
  }
}
