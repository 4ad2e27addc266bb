package dev.millrace.server.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is declared of datasets, a file each in a folder beside them, whose name no dataset can
 * have: the files of a dataset stay exactly those that were sent. Stateless.
 */
public final class Declarations {
  private static final Logger log = LoggerFactory.getLogger(Declarations.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;

  /**
   * Declarations beside datasets.
   *
   * @param datasets the folder of the datasets
   */
  public Declarations(Path datasets) {
    this.folder = datasets.resolve(".declared");
  }

  /** What is declared of a dataset; nothing, where there is no file or none that can be read. */
  public Declaration of(String dataset) {
    try {
      JsonNode read = JSON.readTree(Files.readAllBytes(file(dataset)));
      return new Declaration(
          read.path("owner").asText(),
          read.path("purpose").asText(),
          read.path("digest").asText(),
          instant(read.path("created")),
          instant(read.path("expires")));
    } catch (NoSuchFileException undeclared) {
      return Declaration.NONE;
    } catch (IOException | DateTimeException damaged) {
      log.warn("what is declared of dataset {} cannot be read", dataset, damaged);
      return Declaration.NONE;
    }
  }

  /** Puts a declaration in place of the one before. */
  void write(String dataset, Declaration declaration) throws IOException {
    ObjectNode written = JSON.createObjectNode();
    written.put("owner", declaration.owner());
    written.put("purpose", declaration.purpose());
    written.put("digest", declaration.digest());
    declaration.created().ifPresent(time -> written.put("created", time.toString()));
    declaration.expires().ifPresent(time -> written.put("expires", time.toString()));
    Files.createDirectories(folder);
    Path draft = folder.resolve(dataset + ".draft");
    Files.write(draft, JSON.writeValueAsBytes(written));
    Files.move(draft, file(dataset), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Forgets what is declared of a dataset. */
  public void delete(String dataset) throws IOException {
    Files.deleteIfExists(file(dataset));
  }

  private Path file(String dataset) {
    return folder.resolve(dataset + ".json");
  }

  private static Optional<Instant> instant(JsonNode node) {
    return node.isTextual() ? Optional.of(Instant.parse(node.asText())) : Optional.empty();
  }
}
