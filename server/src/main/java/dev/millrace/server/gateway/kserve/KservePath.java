package dev.millrace.server.gateway.kserve;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a path under {@code /v2} asks for.
 *
 * @param model empty where the path names none
 * @param version a number or a label; empty for none
 * @param action what follows, such as {@code /infer}; or the whole path where it names no model
 */
record KservePath(String model, String version, String action) {
  private static final Pattern MODEL =
      Pattern.compile("/v2/models/([^/]+)(?:/versions/([^/]+))?(/.+)?");
  private static final Pattern REPOSITORY =
      Pattern.compile("/v2/repository/models/([^/]+)(/load|/unload)");

  /** Reads a path as it came, with its percents; empty when the percents are none. */
  static Optional<KservePath> of(String path) {
    if (path.equals("/v2/models/stats")) {
      return Optional.of(new KservePath("", "", path));
    }
    Matcher model = MODEL.matcher(path);
    Matcher repository = REPOSITORY.matcher(path);
    try {
      if (model.matches()) {
        return Optional.of(
            new KservePath(
                decoded(model.group(1)),
                decoded(model.group(2)),
                model.group(3) == null ? "" : model.group(3)));
      }
      if (repository.matches()) {
        return Optional.of(
            new KservePath(decoded(repository.group(1)), "", "/repository" + repository.group(2)));
      }
    } catch (IllegalArgumentException noPercents) {
      return Optional.empty();
    }
    return Optional.of(new KservePath("", "", path));
  }

  private static String decoded(@Nullable String part) {
    // A plus is a plus in a path.
    return part == null ? "" : URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
