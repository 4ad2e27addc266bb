package dev.millrace.server.security.key;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.security.permission.Grants;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys as a server knows them: in memory, and read anew when their file has changed. A look-up
 * takes no lock and no file. Thread-safe.
 */
public final class KeyRing {
  private static final Logger log = LoggerFactory.getLogger(KeyRing.class);
  private static final byte[] NO_HASH = new byte[32];

  private final KeyFile file;
  private final KeyUse use;
  private final InstantSource clock;
  private volatile Known known;

  private record Entry(ApiKey key, byte[] hash, Caller caller) {}

  private record Known(Optional<String> stamp, Map<String, Entry> byPrefix) {}

  /**
   * Reads the file.
   *
   * @throws IOException if it is there and cannot be read
   */
  public KeyRing(KeyFile file, KeyUse use, InstantSource clock) throws IOException {
    this.file = file;
    this.use = use;
    this.clock = clock;
    this.known = read();
  }

  /**
   * True once a key was made, also when all were revoked: taking the last key away must not open
   * the server to everybody.
   */
  public boolean hasAny() {
    return !known.byPrefix().isEmpty();
  }

  /** True for what looks like a key. */
  public static boolean isKey(String text) {
    return text.startsWith(KeyText.START);
  }

  /**
   * Whose key this is.
   *
   * @throws ServingException CREDENTIALS_INVALID, with more than that only for who has had the key
   */
  public Caller find(String text) {
    if (!KeyText.isForm(text)) {
      throw invalid("this is no API key of this server");
    }
    Entry entry = known.byPrefix().get(KeyText.prefix(text));
    // The same work for a prefix that nobody has, so that the time tells nothing.
    boolean same =
        MessageDigest.isEqual(entry == null ? NO_HASH : entry.hash(), KeyText.hash(text));
    if (entry == null || !same) {
      throw invalid("this is no API key of this server");
    }
    Instant now = clock.instant();
    if (!entry.key().isValid(now)) {
      throw invalid(
          entry.key().isExpired(now) ? "this API key has expired" : "this API key was revoked");
    }
    use.used(entry.key().prefix(), now);
    return entry.caller();
  }

  /** Reads the file if it has changed; keeps what is known when it cannot be read or is gone. */
  public void refresh() {
    Optional<String> stamp = file.stamp();
    if (stamp.equals(known.stamp())) {
      return;
    }
    if (stamp.isEmpty()) {
      log.warn("the file of API keys is gone; the keys that were in it stay valid until a restart");
      known = new Known(stamp, known.byPrefix());
      return;
    }
    try {
      known = read();
      log.info("read {} API keys", known.byPrefix().size());
    } catch (IOException | RuntimeException unreadable) {
      log.error("THE FILE OF API KEYS CANNOT BE READ; those known before stay valid", unreadable);
      known = new Known(stamp, known.byPrefix());
    }
  }

  private Known read() throws IOException {
    // Before the file, so that a change in between is seen at the next look.
    Optional<String> stamp = file.stamp();
    Map<String, Entry> entries = new HashMap<>();
    for (ApiKey key : file.read()) {
      entries.put(key.prefix(), new Entry(key, hash(key), caller(key)));
    }
    return new Known(stamp, Map.copyOf(entries));
  }

  private static byte[] hash(ApiKey key) throws IOException {
    try {
      byte[] hash = HexFormat.of().parseHex(key.hash());
      if (hash.length == NO_HASH.length) {
        return hash;
      }
    } catch (IllegalArgumentException noHex) {
      // As good as one of another length.
    }
    throw new IOException("keys.json in the data directory has a hash that is none");
  }

  private static Caller caller(ApiKey key) {
    List<Grant> grants = key.roles().stream().map(Grant::parse).flatMap(Optional::stream).toList();
    return new Caller("key:" + key.name(), new Grants(grants));
  }

  private static ServingException invalid(String why) {
    return new ServingException(ErrorReason.CREDENTIALS_INVALID, why);
  }
}
