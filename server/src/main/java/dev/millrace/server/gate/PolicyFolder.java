package dev.millrace.server.gate;

import dev.millrace.server.model.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads {@code gate.yaml} in a model's folder. Thread-safe. */
public final class PolicyFolder implements Function<ModelName, Optional<String>> {
  private static final Logger log = LoggerFactory.getLogger(PolicyFolder.class);
  // No policy, so that what is too large or unreadable lets nothing through.
  private static final String UNUSABLE = "the file is too large or cannot be read";

  private final Function<ModelName, Path> folders;

  /**
   * Files of models.
   *
   * @param folders where a model's versions lie
   */
  public PolicyFolder(Function<ModelName, Path> folders) {
    this.folders = folders;
  }

  @Override
  public Optional<String> apply(ModelName model) {
    Path file = folders.apply(model).resolve(PolicyFile.NAME);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.size(file) > PolicyFile.LARGEST ? UNUSABLE : Files.readString(file));
    } catch (IOException unreadable) {
      log.warn("the gate's policy of {} cannot be read", model, unreadable);
      return Optional.of(UNUSABLE);
    }
  }
}
