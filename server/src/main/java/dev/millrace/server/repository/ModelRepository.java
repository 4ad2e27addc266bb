package dev.millrace.server.repository;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.RequestLogSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model repository as files: {@code <root>/<model>/<version>/} with a SavedModel and its
 * manifest. A version appears whole, by one rename, and never changes. Thread-safe.
 */
public final class ModelRepository {
  private static final Logger log = LoggerFactory.getLogger(ModelRepository.class);
  private static final String STAGING = ".staging";
  private static final String UPLOADS = "imports";

  private final Path root;
  private final ToLongFunction<ModelName> highest;
  private final Trash trash;
  private final BasePaths basePaths = new BasePaths();
  private final Failpoints failpoints;
  private final ManifestFormat manifests = new ManifestFormat();
  private final Object publishing = new Object();

  private ModelRepository(Path root, ToLongFunction<ModelName> highest, Failpoints failpoints) {
    this.failpoints = failpoints;
    this.root = root;
    this.highest = highest;
    this.trash = new Trash(root, basePaths);
  }

  /**
   * Opens a repository, making its folder if need be and clearing what a crash left half-copied;
   * uploads that broke off stay.
   */
  public static ModelRepository open(Path root) throws IOException {
    return open(root, model -> 0, Failpoints.NONE);
  }

  /**
   * The same, where versions may have been deleted.
   *
   * @param highest the highest number of a model that was ever given out; 0 for none
   */
  public static ModelRepository open(
      Path root, ToLongFunction<ModelName> highest, Failpoints failpoints) throws IOException {
    Files.createDirectories(root);
    ModelRepository repository = new ModelRepository(root, highest, failpoints);
    try {
      repository.clearCopies();
    } catch (IOException readOnly) {
      log.warn("what a crash left in the model repository cannot be cleared", readOnly);
    }
    return repository;
  }

  /** True while a version's folder lies here, whole or not. */
  public boolean contains(VersionId id) {
    return Files.isDirectory(directory(id));
  }

  /** What was deleted and is not gone yet. */
  public Trash trash() {
    return trash;
  }

  /** Which models are read from elsewhere. */
  public BasePaths basePaths() {
    return basePaths;
  }

  /** True when a folder is the one that the model has in this repository anyway. */
  public boolean isOwn(ModelName model, Path basePath) {
    Path own = root.resolve(model.id());
    try {
      return own.toAbsolutePath().normalize().equals(basePath.toAbsolutePath().normalize())
          || (Files.exists(own) && Files.exists(basePath) && Files.isSameFile(own, basePath));
    } catch (IOException unreadable) {
      return false;
    }
  }

  /**
   * Numbers of the versions of a model that are all there.
   *
   * @param basePath where to look for them; empty for this repository
   */
  public SortedSet<Long> whole(ModelName model, Optional<Path> basePath) {
    SortedMap<Long, Path> folders = new TreeMap<>();
    if (basePath.isPresent()) {
      folders = BasePaths.versions(basePath.get());
    } else if (Files.isDirectory(root.resolve(model.id()), LinkOption.NOFOLLOW_LINKS)) {
      folders = BasePaths.versions(root.resolve(model.id()));
      folders.values().removeIf(folder -> number(folder).isEmpty());
    }
    List<StoredVersion> found = new ArrayList<>();
    folders.forEach((number, folder) -> read(new VersionId(model, number), folder, found));
    SortedSet<Long> whole = new TreeSet<>();
    found.stream()
        .filter(StoredVersion::complete)
        .forEach(version -> whole.add(version.id().number()));
    return whole;
  }

  /** Where uploads wait until they are whole. */
  public Path uploads() {
    return root.resolve(STAGING).resolve(UPLOADS);
  }

  /**
   * Every version of every model, whole or not, in no order. Folders with other names are passed
   * over, and so is a model's folder that is a link: it may lead anywhere. A version's folder that
   * is a link is listed, and not looked into. Of folders whose names differ only in the case of
   * letters one is taken.
   */
  public List<StoredVersion> scan() throws IOException {
    List<StoredVersion> versions = new ArrayList<>();
    for (ModelName model : models()) {
      Path folder = root.resolve(model.id());
      if (!basePaths.has(model) && !Files.isSymbolicLink(folder)) {
        for (Path version : folders(folder)) {
          number(version).ifPresent(n -> read(new VersionId(model, n), version, versions));
        }
      }
    }
    basePaths
        .all()
        .forEach(
            (model, path) ->
                BasePaths.versions(path)
                    .forEach((n, version) -> read(new VersionId(model, n), version, versions)));
    return versions;
  }

  /**
   * Makes a finished SavedModel the next version of a model. The folder is moved where the file
   * system can, copied where it cannot, and appears in the repository by one rename.
   *
   * @param staged the SavedModel; gone after success
   * @param draft the manifest, whose files are filled in here
   * @throws ServingException NAME_INVALID if another model's name differs only in case
   */
  public VersionId publish(ModelName model, Path staged, Manifest draft) throws IOException {
    return publish(model, staged, draft, Seal.NONE);
  }

  /**
   * The same.
   *
   * @param seal may put a signature beside the files
   */
  public VersionId publish(ModelName model, Path staged, Manifest draft, Seal seal)
      throws IOException {
    requirePublishable(model);
    FileTree tree = new FileTree(staged);
    manifests.write(draft.withFiles(tree.entries()), staged);
    seal.put(model, staged);
    failpoints.reach("publish.described");
    tree.sync();
    failpoints.reach("publish.synced");
    synchronized (publishing) {
      Path folder = root.resolve(model.id());
      Files.createDirectories(folder);
      VersionId id = new VersionId(model, next(model, folder));
      Path target = folder.resolve(Long.toString(id.number()));
      try {
        Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException otherFileSystem) {
        moveByCopy(tree, target);
      }
      failpoints.reach("publish.renamed");
      FileTree.sync(folder);
      failpoints.reach("publish.done");
      return id;
    }
  }

  /**
   * Passes for a model that can have another version here.
   *
   * @throws ServingException NAME_INVALID if another model's name differs only in case
   * @throws IOException if the model is read from elsewhere
   */
  public void requirePublishable(ModelName model) throws IOException {
    if (basePaths.has(model)) {
      throw new FileSystemException(model.id(), null, "its base path is read-only");
    }
    for (ModelName other : models()) {
      if (!other.equals(model) && other.caseless().equals(model.caseless())) {
        throw new ServingException(
            ErrorReason.NAME_INVALID,
            "there is a model '" + other + "'; two names must differ in more than case",
            Map.of("model", model.id()));
      }
    }
  }

  /** The number that the next version of a model will likely have. */
  public long nextNumber(ModelName model) {
    Path folder = root.resolve(model.id());
    try {
      return next(model, folder);
    } catch (IOException unreadable) {
      return 1;
    }
  }

  /** The version that an upload became, if it did. */
  public Optional<VersionId> imported(ModelName model, String importId) throws IOException {
    return version(model, manifest -> manifest.importId().equals(importId));
  }

  /** The version that a training job has published, if it has. */
  public Optional<VersionId> trained(ModelName model, String job) throws IOException {
    return version(model, manifest -> manifest.trainingJob().equals(job));
  }

  private Optional<VersionId> version(ModelName model, Predicate<Manifest> wanted)
      throws IOException {
    Path folder = root.resolve(model.id());
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    for (Path version : folders(folder)) {
      Optional<VersionId> id = number(version).map(n -> new VersionId(model, n));
      if (id.flatMap(this::manifest).filter(wanted).isPresent()) {
        return id;
      }
    }
    return Optional.empty();
  }

  /** The version of any model that an upload became, if it did. */
  public Optional<VersionId> imported(String importId) throws IOException {
    for (Path folder : folders(root)) {
      String name = folder.getFileName().toString();
      Optional<VersionId> version =
          ModelName.isValid(name) ? imported(new ModelName(name), importId) : Optional.empty();
      if (version.isPresent()) {
        return version;
      }
    }
    return Optional.empty();
  }

  /** Where a model's versions lie, with what operators write about it; need not be there. */
  public Path folder(ModelName model) {
    return basePaths.of(model).orElseGet(() -> root.resolve(model.id()));
  }

  /** What a model's settings say of the request log by now; nothing, where they cannot be read. */
  public RequestLogSettings requestLog(ModelName model) {
    try {
      return SettingsFile.parse(settingsText(model)).requestLog();
    } catch (ServingException unusable) {
      log.debug("the settings of {} cannot be used", model, unusable);
      return RequestLogSettings.OFF;
    }
  }

  /** The text of a model's settings; empty when there are none. */
  String settingsText(ModelName model) {
    try {
      return SettingsFile.text(folder(model));
    } catch (IOException unreadable) {
      log.warn("the settings of {} cannot be read", model, unreadable);
      return "";
    }
  }

  /**
   * Every model that has a folder, with versions or without. Of names that differ only in case, the
   * one is taken that has a small letter first.
   */
  public List<ModelName> models() throws IOException {
    Map<String, ModelName> models = new TreeMap<>();
    for (Path folder : folders(root)) {
      String name = folder.getFileName().toString();
      if (ModelName.isValid(name)) {
        ModelName model = new ModelName(name);
        models.merge(
            model.caseless(), model, (one, other) -> one.compareTo(other) > 0 ? one : other);
      }
    }
    return List.copyOf(models.values());
  }

  /** SHA-256 of a version's manifest, in hexadecimal: its identity; empty without a manifest. */
  public Optional<String> digest(VersionId id) {
    Path manifest = directory(id).resolve(Manifest.FILE_NAME);
    try {
      return Files.isRegularFile(manifest) ? Optional.of(Sha256.of(manifest)) : Optional.empty();
    } catch (IOException unreadable) {
      log.debug("the manifest of {} cannot be read now", id, unreadable);
      return Optional.empty();
    }
  }

  /** A version as it lies here, whole or not. */
  public Optional<StoredVersion> find(VersionId id) {
    List<StoredVersion> found = new ArrayList<>();
    Path directory = directory(id);
    if (Files.isDirectory(directory)) {
      read(id, directory, found);
    }
    return found.stream().findFirst();
  }

  /** Files of a version with their sizes and digests, ordered by path; the manifest is none. */
  public List<FileEntry> files(VersionId id) throws IOException {
    return new FileTree(directory(id)).entries();
  }

  /** The manifest of one version, if it has one that can be read. */
  public Optional<Manifest> manifest(VersionId id) {
    return readManifest(id, directory(id));
  }

  private Path directory(VersionId id) {
    return basePaths
        .version(id)
        .orElseGet(() -> root.resolve(id.model().id()).resolve(Long.toString(id.number())));
  }

  private void moveByCopy(FileTree tree, Path target) throws IOException {
    Path staging = root.resolve(STAGING);
    Files.createDirectories(staging);
    Path copy = staging.resolve(target.getFileName().toString());
    FileTree copied = new FileTree(copy);
    try {
      copied.delete();
      tree.copyTo(copy);
      copied.sync();
      Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
      tree.delete();
    } finally {
      copied.delete();
    }
  }

  private void clearCopies() throws IOException {
    Path staging = root.resolve(STAGING);
    if (Files.isDirectory(staging)) {
      try (Stream<Path> left = Files.list(staging)) {
        for (Path path : left.toList()) {
          if (!path.endsWith(UPLOADS)) {
            new FileTree(path).delete();
          }
        }
      }
      if (!Files.exists(uploads())) {
        new FileTree(staging).delete();
      }
    }
  }

  /** A number that no version has or had; one on its way out counts as well. */
  private long next(ModelName model, Path folder) throws IOException {
    long given = 0;
    for (VersionId deleted : trash.contents()) {
      given = deleted.model().equals(model) ? Math.max(given, deleted.number()) : given;
    }
    given = Math.max(given, highest.applyAsLong(model));
    for (Path version : Files.isDirectory(folder) ? folders(folder) : List.<Path>of()) {
      given = Math.max(given, number(version).orElse(0L));
    }
    return given + 1;
  }

  private void read(VersionId id, Path directory, List<StoredVersion> versions) {
    if (Files.isSymbolicLink(directory)) {
      // Its load says why it is not taken.
      versions.add(new StoredVersion(id, directory, Optional.empty(), "a link", 0, true));
      return;
    }
    try {
      FileTree tree = new FileTree(directory);
      StringBuilder fingerprint = new StringBuilder();
      long bytes = 0;
      for (Path file : tree.files()) {
        long size = Files.size(file);
        bytes += size;
        fingerprint.append(file.getFileName()).append(' ').append(size).append(' ');
        fingerprint.append(Files.getLastModifiedTime(file).toMillis()).append('\n');
      }
      Path signature = directory.resolve(SignedStatement.FILE_NAME);
      if (Files.exists(signature)) {
        // A version that failed for the want of it is tried again.
        fingerprint.append(Files.getLastModifiedTime(signature).toMillis()).append('\n');
      }
      Optional<Manifest> manifest = readManifest(id, directory);
      Optional<String> oddity = tree.oddity();
      oddity.ifPresent(path -> fingerprint.append(path).append(" is no file\n"));
      boolean complete = oddity.isPresent() || Completeness.of(directory, manifest);
      versions.add(
          new StoredVersion(id, directory, manifest, fingerprint.toString(), bytes, complete));
    } catch (IOException beingWrittenOrRemoved) {
      log.debug("{} cannot be read now", id, beingWrittenOrRemoved);
    }
  }

  private Optional<Manifest> readManifest(VersionId id, Path directory) {
    if (!Files.isRegularFile(directory.resolve(Manifest.FILE_NAME))) {
      return Optional.empty();
    }
    try {
      return Optional.of(manifests.read(directory));
    } catch (IOException damaged) {
      log.debug("the manifest of {} cannot be read now", id, damaged);
      return Optional.empty();
    }
  }

  static Optional<Long> number(Path folder) {
    String name = folder.getFileName().toString();
    return name.matches("[1-9][0-9]{0,17}") ? Optional.of(Long.parseLong(name)) : Optional.empty();
  }

  static List<Path> folders(Path parent) throws IOException {
    try (Stream<Path> list = Files.list(parent)) {
      return list.filter(Files::isDirectory).toList();
    }
  }
}
