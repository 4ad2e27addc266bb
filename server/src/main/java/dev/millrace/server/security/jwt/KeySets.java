package dev.millrace.server.security.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.nio.file.Files;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's keys: read in the background every five minutes, earlier for a token that names a
 * key which is not known, though not more often than every half minute. While they cannot be read,
 * those known before serve on, for a day: an issuer that is down must not take everybody down, and
 * one that stays away cannot take a key back. Readers wait for nothing. Thread-safe.
 */
public final class KeySets {
  private static final Logger log = LoggerFactory.getLogger(KeySets.class);
  private static final Duration USUAL = Duration.ofMinutes(5);
  private static final Duration LEAST = Duration.ofSeconds(30);
  private static final Duration KEPT = Duration.ofDays(1);
  private static final JWKSet NONE = new JWKSet();

  private final KeySetSource source;
  private final InstantSource clock;
  private final AtomicBoolean wanted = new AtomicBoolean();
  private volatile Snapshot snapshot = new Snapshot(NONE, Instant.MIN);
  private Instant lastTry = Instant.MIN;

  /**
   * Keys at a moment.
   *
   * @param keys public ones alone
   * @param readAt when they were confirmed last
   */
  record Snapshot(JWKSet keys, Instant readAt) {}

  /** Keys of a source; none until {@link #refresh} has read some. */
  public KeySets(KeySetSource source, InstantSource clock) {
    this.source = source;
    this.clock = clock;
  }

  /** Keys where settings say. */
  public static KeySets of(JwtSettings settings, InstantSource clock) {
    return new KeySets(
        settings
            .url()
            .<KeySetSource>map(KeySetUrl::new)
            .orElse(() -> Files.readString(settings.file())),
        clock);
  }

  /** The keys that tokens are checked by now; none when they are too old to be trusted. */
  JWKSet keys() {
    Snapshot now = snapshot;
    return isTooOld(now.readAt()) ? NONE : now.keys();
  }

  /** A token names a key that is not there; it may be a new one. */
  void miss() {
    wanted.set(true);
  }

  /**
   * Reads the keys if it is time to; to be called every second or so, by one thread that may wait.
   */
  public synchronized void refresh() {
    Instant now = clock.instant();
    boolean asked = wanted.get() && isOver(lastTry, LEAST, now);
    boolean failed = !snapshot.readAt().equals(lastTry) && isOver(lastTry, LEAST, now);
    if (!asked && !failed && !isOver(lastTry, USUAL, now)) {
      return;
    }
    wanted.set(false);
    lastTry = now;
    try {
      JWKSet read = JWKSet.parse(source.read()).toPublicJWKSet();
      if (read.getKeys().isEmpty()) {
        throw new IOException("the issuer's set has no public key");
      }
      snapshot = new Snapshot(same(read) ? snapshot.keys() : read, now);
    } catch (IOException | ParseException | RuntimeException unreadable) {
      log.warn(
          "the keys of the tokens' issuer cannot be read now; those read before serve on for a day",
          unreadable);
    }
  }

  private boolean same(JWKSet read) {
    return read.toString().equals(snapshot.keys().toString());
  }

  private boolean isTooOld(Instant readAt) {
    return isOver(readAt, KEPT, clock.instant());
  }

  private static boolean isOver(Instant since, Duration time, Instant now) {
    return since.equals(Instant.MIN) || !now.isBefore(since.plus(time));
  }
}
