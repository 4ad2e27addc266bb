package dev.millrace.server.storage;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationIds;
import dev.millrace.server.evaluation.EvaluationStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluations as files, {@code <root>/<evaluation>.json}, each written whole. One that cannot be
 * read is left out and hides no other. What it cannot write is thrown as {@link
 * UncheckedIOException}.
 */
public final class FileEvaluationStore implements EvaluationStore {
  private static final Logger log = LoggerFactory.getLogger(FileEvaluationStore.class);
  private static final String SUFFIX = ".json";

  private final Path root;
  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
          // The records as they are, without what is worked out of them.
          .visibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
          .visibility(PropertyAccessor.CREATOR, JsonAutoDetect.Visibility.ANY)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  /** A store in a folder, which is made if need be. */
  public FileEvaluationStore(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root);
  }

  @Override
  public List<Evaluation> load() {
    List<Evaluation> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(root)) {
      for (Path file : files.filter(FileEvaluationStore::isOne).sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        read(name.substring(0, name.length() - SUFFIX.length())).ifPresent(all::add);
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return all;
  }

  private static boolean isOne(Path file) {
    return String.valueOf(file.getFileName()).endsWith(SUFFIX);
  }

  @Override
  public void write(Evaluation evaluation) {
    try {
      DurableFile.write(file(evaluation.id()), json.writeValueAsBytes(evaluation));
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  @Override
  public Optional<Evaluation> read(String id) {
    if (!EvaluationIds.isValid(id) || !Files.exists(file(id))) {
      return Optional.empty();
    }
    try {
      Evaluation evaluation = json.readValue(file(id).toFile(), Evaluation.class);
      if (evaluation == null || !evaluation.id().equals(id)) {
        throw new IOException("the file belongs elsewhere");
      }
      return Optional.of(evaluation);
    } catch (IOException | RuntimeException damaged) {
      log.warn("evaluation {} cannot be read and is left out", id, damaged);
      return Optional.empty();
    }
  }

  @Override
  public void delete(String id) {
    try {
      Files.deleteIfExists(file(id));
    } catch (IOException undeletable) {
      log.warn("evaluation {} cannot be removed", id, undeletable);
    }
  }

  private Path file(String id) {
    return root.resolve(id + SUFFIX);
  }
}
