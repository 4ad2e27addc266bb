package dev.millrace.server.security.key;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an API key; not the key itself.
 *
 * @param prefix finds it
 * @param hash SHA-256 of the key, in hexadecimal
 * @param name who has it; several keys of one name are one caller
 * @param roles grants, as {@code predictor:team-a-*}
 * @param created when it was made
 * @param expires from when on it is refused; null for never
 * @param revoked since when it is refused; null for not
 */
public record ApiKey(
    @JsonProperty("prefix") String prefix,
    @JsonProperty("hash") String hash,
    @JsonProperty("name") String name,
    @JsonProperty("roles") List<String> roles,
    @JsonProperty("created") Instant created,
    @JsonProperty("expires") @Nullable Instant expires,
    @JsonProperty("revoked") @Nullable Instant revoked) {
  /** Copies the list. */
  public ApiKey {
    roles = List.copyOf(roles);
  }

  /** True when it opens the door at this moment. */
  public boolean isValid(Instant now) {
    return revoked == null && !isExpired(now);
  }

  /** True when its time is over. */
  public boolean isExpired(Instant now) {
    return expires != null && !now.isBefore(expires);
  }

  ApiKey revokedAt(Instant now) {
    return revoked != null ? this : new ApiKey(prefix, hash, name, roles, created, expires, now);
  }

  /** The same key, for no longer than until then. */
  ApiKey endingBy(Instant end) {
    return expires != null && expires.isBefore(end)
        ? this
        : new ApiKey(prefix, hash, name, roles, created, end, revoked);
  }

  /** Without the hash. */
  @Override
  public String toString() {
    return "key " + prefix + " of " + name;
  }
}
