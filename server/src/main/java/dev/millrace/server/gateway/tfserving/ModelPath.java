package dev.millrace.server.gateway.tfserving;

import com.google.protobuf.Int64Value;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a path under {@code /v1/models} asks for.
 *
 * @param spec the model, and its version or label
 * @param call what is asked of it
 */
record ModelPath(ModelSpec spec, Call call) {
  private static final String MODEL =
      "(?i)/v1/models/([^/:]+)(?:(?:/versions/(\\d+))|(?:/labels/([^/:]+)))?";
  private static final Pattern POSTED = Pattern.compile(MODEL + ":(classify|regress|predict)");
  private static final Pattern GOT = Pattern.compile(MODEL + "(/metadata)?");

  /** The calls. */
  enum Call {
    PREDICT,
    CLASSIFY,
    REGRESS,
    STATUS,
    METADATA
  }

  /**
   * Reads a path as it came, with its percents.
   *
   * @throws ServingException REQUEST_MALFORMED when it is none of these
   */
  static ModelPath of(String method, String path) {
    boolean posted = method.equals("POST");
    Matcher matcher = (posted ? POSTED : GOT).matcher(path);
    if (!(posted || method.equals("GET")) || !matcher.matches()) {
      throw malformed(method, path);
    }
    ModelSpec.Builder spec = ModelSpec.newBuilder();
    try {
      spec.setName(decoded(matcher.group(1)));
      @Nullable String version = matcher.group(2);
      @Nullable String label = matcher.group(3);
      if (version != null) {
        spec.setVersion(Int64Value.of(number(version)));
      } else if (label != null) {
        spec.setVersionLabel(decoded(label));
      }
    } catch (IllegalArgumentException noPercents) {
      throw malformed(method, path);
    }
    @Nullable String last = matcher.group(4);
    if (posted) {
      return new ModelPath(
          spec.build(), Call.valueOf(String.valueOf(last).toUpperCase(Locale.ROOT)));
    }
    return new ModelPath(spec.build(), last == null ? Call.STATUS : Call.METADATA);
  }

  private static ServingException malformed(String method, String path) {
    return PredictReader.malformed("Malformed request: " + method + " " + FieldPath.shown(path));
  }

  private static long number(String version) {
    try {
      return Long.parseLong(version);
    } catch (NumberFormatException tooLong) {
      throw PredictReader.malformed(
          "Failed to convert version: " + FieldPath.shown(version) + " to numeric.");
    }
  }

  private static String decoded(String part) {
    // A plus is a plus in a path.
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
