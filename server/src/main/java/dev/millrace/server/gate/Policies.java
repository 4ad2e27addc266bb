package dev.millrace.server.gate;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;

/** The policies of models, read anew each time. Thread-safe. */
public final class Policies {
  private final Function<ModelName, Optional<String>> texts;

  /**
   * Policies.
   *
   * @param texts the text of a model's policy; empty when it has none
   */
  public Policies(Function<ModelName, Optional<String>> texts) {
    this.texts = texts;
  }

  /**
   * A policy as it was written.
   *
   * @param text the file's text; empty for the default policy
   * @param policy what it says
   */
  public record Written(String text, GatePolicy policy) {
    /** What holds when a person asks for a judgement of a model without a policy. */
    static final Written DEFAULT = new Written("", GatePolicy.DEFAULT);

    /** SHA-256 of the text, in hexadecimal; empty for an empty text. */
    public String digest() {
      return text.isEmpty() ? "" : sha256(text);
    }
  }

  /** True for a model that has one, whether it can be used or not. */
  public boolean has(ModelName model) {
    return texts.apply(model).isPresent();
  }

  /**
   * A model's policy; empty when it has none.
   *
   * @throws ServingException SETTINGS_INVALID, with the line and the key at fault
   */
  public Optional<Written> find(ModelName model) {
    return texts.apply(model).map(text -> new Written(text, PolicyFile.parse(text)));
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
