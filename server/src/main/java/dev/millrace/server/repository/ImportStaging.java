package dev.millrace.server.repository;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where uploads wait until they are whole: {@code <id>/plan.json}, and what has arrived under
 * {@code <id>/files}. They survive a restart, and are deleted a day after their last byte.
 * Thread-safe.
 */
public final class ImportStaging {
  private static final Logger log = LoggerFactory.getLogger(ImportStaging.class);
  private static final String PLAN = "plan.json";
  private static final String FILES = "files";
  private static final Duration KEPT = Duration.ofHours(24);

  private final Path folder;
  private final ImportRules rules;
  private final InstantSource clock;
  private final ObjectMapper json = JsonMapper.builder().build();
  private final Set<String> claimed = ConcurrentHashMap.newKeySet();

  /**
   * A staging area.
   *
   * @param folder on the repository's disk; made when it is needed
   */
  public ImportStaging(Path folder, ImportRules rules, InstantSource clock) {
    this.folder = folder;
    this.rules = rules;
    this.clock = clock;
  }

  /**
   * Begins an upload or takes it up again; the caller closes it.
   *
   * @throws ServingException IMPORT_INVALID if the plan breaks a rule, differs from the one that
   *     the upload began with, or another call sends the same upload; REQUEST_TOO_LARGE;
   *     REPOSITORY_UNWRITABLE if there is no room
   */
  public StagedImport open(ImportPlan plan) {
    rules.check(plan);
    if (!claimed.add(plan.importId())) {
      throw new ServingException(
          ErrorReason.IMPORT_INVALID,
          "another call is sending upload '" + plan.importId() + "'; wait for its end",
          Map.of("import", plan.importId(), "busy", "true"));
    }
    StagedImport staged =
        new StagedImport(
            plan, root(plan.importId()).resolve(FILES), () -> claimed.remove(plan.importId()));
    try {
      begin(plan, staged);
      return staged;
    } catch (IOException unwritable) {
      staged.close();
      throw unwritable(unwritable);
    } catch (RuntimeException | Error refused) {
      staged.close();
      throw refused;
    }
  }

  /**
   * Bytes that have arrived of an upload, by file; files of which nothing has are left out. Empty
   * when no such upload is under way.
   *
   * @throws ServingException IMPORT_INVALID if it is no id
   */
  public Optional<Map<String, Long>> received(String importId) {
    ImportRules.checkId(importId);
    try {
      Optional<ImportPlan> plan = plan(importId);
      if (plan.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new StagedImport(plan.get(), root(importId).resolve(FILES), () -> {}).received());
    } catch (IOException gone) {
      log.debug("upload {} cannot be read", importId, gone);
      return Optional.empty();
    }
  }

  /** The model of an upload that is under way; empty when there is none. */
  public Optional<ModelName> model(String importId) {
    ImportRules.checkId(importId);
    try {
      return plan(importId).map(ImportPlan::model);
    } catch (IOException gone) {
      log.debug("upload {} cannot be read", importId, gone);
      return Optional.empty();
    }
  }

  /** Forgets an upload and all of it. */
  public void discard(StagedImport staged) {
    try {
      new FileTree(root(staged.plan().importId())).delete();
      // The last one takes the folder along.
      if (Files.isDirectory(folder)) {
        try (Stream<Path> others = Files.list(folder)) {
          if (others.findAny().isEmpty()) {
            Files.deleteIfExists(folder);
          }
        }
      }
    } catch (IOException undeletable) {
      log.warn("upload {} could not be deleted", staged.plan().importId(), undeletable);
    }
  }

  /** Deletes uploads that nobody has sent a byte of for a day. */
  public void sweep() {
    Instant limit = clock.instant().minus(KEPT);
    try (Stream<Path> uploads = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
      for (Path upload : uploads.toList()) {
        String id = upload.getFileName().toString();
        if (!lastChange(upload).isAfter(limit) && claimed.add(id)) {
          try {
            new FileTree(upload).delete();
            log.info("upload {} was given up", id);
          } finally {
            claimed.remove(id);
          }
        }
      }
    } catch (IOException unreadable) {
      log.warn("old uploads could not be deleted", unreadable);
    }
  }

  static ServingException unwritable(IOException cause) {
    return new ServingException(
            ErrorReason.REPOSITORY_UNWRITABLE,
            "the model repository takes no writes; is its disk full or read-only?")
        .causedBy(cause);
  }

  private void begin(ImportPlan plan, StagedImport staged) throws IOException {
    Path root = root(plan.importId());
    Optional<ImportPlan> begun = plan(plan.importId());
    if (begun.isPresent() && !begun.get().equals(plan)) {
      throw ImportRules.invalid(
          "upload '" + plan.importId() + "' began with another plan; take another import id");
    }
    Path nearest = folder;
    while (!Files.exists(nearest)) {
      nearest = Optional.ofNullable(nearest.getParent()).orElseThrow();
    }
    long missing = plan.sizeBytes() - staged.receivedBytes();
    long room = Files.getFileStore(nearest).getUsableSpace();
    if (missing > room) {
      throw new ServingException(
          ErrorReason.REPOSITORY_UNWRITABLE,
          "the model repository's disk has no room for the " + missing + " bytes of the upload");
    }
    if (begun.isEmpty()) {
      new FileTree(root).delete();
      Files.createDirectories(root);
      Path draft = root.resolve(PLAN + ".new");
      json.writeValue(draft.toFile(), plan);
      FileTree.sync(draft);
      Files.move(draft, root.resolve(PLAN), StandardCopyOption.ATOMIC_MOVE);
      FileTree.sync(root);
    }
    staged.prepare();
  }

  private Optional<ImportPlan> plan(String importId) throws IOException {
    Path file = root(importId).resolve(PLAN);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return Optional.of(json.readValue(file.toFile(), ImportPlan.class));
  }

  private Path root(String importId) {
    return folder.resolve(importId);
  }

  private static Instant lastChange(Path upload) throws IOException {
    Instant last = Instant.EPOCH;
    List<Path> all;
    try (Stream<Path> walk = Files.walk(upload)) {
      all = walk.toList();
    }
    for (Path path : all) {
      Instant changed = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
      last = changed.isAfter(last) ? changed : last;
    }
    return last;
  }
}
