package dev.millrace.server.tensorflow.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.server.tensorflow.recipe.Checkpoints.StateReader;
import dev.millrace.server.tensorflow.recipe.Checkpoints.StateWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a job: folders {@code <token>-<step>}, each with the run's files and a list of
 * them with their sums, by which a damaged one is known. A checkpoint appears by one rename, when
 * all of it is on disk; the two newest are kept. Each try writes under its own token, so that a
 * process that should be dead spoils nothing. Not thread-safe.
 */
final class CheckpointFolder {
  private static final Logger log = LoggerFactory.getLogger(CheckpointFolder.class);
  private static final String SUMS = "checkpoint.json";
  private static final String DRAFT = ".draft-";
  private static final int KEPT = 2;

  private final Path root;
  private final long token;
  private final ObjectMapper json = JsonMapper.builder().build();

  /**
   * What a checkpoint is made of.
   *
   * @param step steps done
   * @param sums CRC-32C of each file, by name
   */
  record Content(long step, Map<String, Long> sums) {}

  CheckpointFolder(Path root, long token) {
    this.root = root;
    this.token = token;
  }

  /** Keeps a state; durable on return. */
  void save(long step, StateWriter writer) throws IOException {
    Path draft = root.resolve(DRAFT + token);
    delete(draft);
    Files.createDirectories(draft);
    writer.write(draft);
    Map<String, Long> sums = new TreeMap<>();
    for (Path file : files(draft)) {
      sums.put(String.valueOf(file.getFileName()), sum(file));
      sync(file);
    }
    Path list = draft.resolve(SUMS);
    Files.write(list, json.writeValueAsBytes(new Content(step, sums)));
    sync(list);
    Path target = root.resolve(String.format("%019d-%019d", token, step));
    delete(target);
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    sync(root);
    List<Path> all = newestFirst();
    all.subList(Math.min(KEPT, all.size()), all.size()).forEach(CheckpointFolder::delete);
  }

  /** Reads the newest state that is whole and that the reader takes; its step. */
  OptionalLong restore(StateReader reader) {
    for (Path checkpoint : newestFirst()) {
      try {
        verify(checkpoint);
        return OptionalLong.of(reader.read(checkpoint));
      } catch (IOException | RuntimeException damaged) {
        log.warn("checkpoint {} is damaged and left out", checkpoint.getFileName(), damaged);
        // Else it would be taken for the newest once more, and push a good one out.
        delete(checkpoint);
      }
    }
    return OptionalLong.empty();
  }

  private void verify(Path checkpoint) throws IOException {
    Content content = json.readValue(checkpoint.resolve(SUMS).toFile(), Content.class);
    if (content == null || content.sums() == null || content.sums().isEmpty()) {
      throw new IOException("it lists no files");
    }
    for (Map.Entry<String, Long> file : content.sums().entrySet()) {
      if (sum(checkpoint.resolve(file.getKey())) != file.getValue()) {
        throw new IOException(file.getKey() + " is not as it was written");
      }
    }
  }

  /** By token and then by step: a later try has begun from what an earlier one had kept. */
  private List<Path> newestFirst() {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("[0-9]{19}-[0-9]{19}"))
          .sorted(Comparator.comparing((Path entry) -> entry.getFileName().toString()).reversed())
          .toList();
    } catch (IOException unreadable) {
      log.warn("the checkpoints cannot be listed", unreadable);
      return List.of();
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static long sum(Path file) throws IOException {
    CRC32C sum = new CRC32C();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), sum)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return sum.getValue();
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void delete(Path tree) {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException undeletable) {
      log.warn("{} cannot be removed", tree.getFileName(), undeletable);
    }
  }
}
