package dev.millrace.server.security.jwt;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.millrace.server.security.permission.Grant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads roles from a claim: a list of texts, or one text with spaces between. What is no role of
 * this server is somebody else's, and left alone. Immutable.
 */
final class RolesClaim {
  private static final int MOST = 100;

  private final List<String> path;

  /** A claim, or one within others: {@code realm_access.roles}. */
  RolesClaim(String path) {
    this.path = List.of(path.split("\\."));
  }

  List<Grant> of(JWTClaimsSet claims) {
    @Nullable Object value = claims.getClaim(path.get(0));
    for (String step : path.subList(1, path.size())) {
      value = value instanceof Map<?, ?> object ? object.get(step) : null;
    }
    return texts(value).limit(MOST).map(Grant::parse).flatMap(Optional::stream).toList();
  }

  private static Stream<String> texts(@Nullable Object value) {
    if (value instanceof Collection<?> list) {
      return list.stream().filter(String.class::isInstance).map(String.class::cast);
    }
    return value instanceof String text ? Arrays.stream(text.split(" ")) : Stream.empty();
  }
}
