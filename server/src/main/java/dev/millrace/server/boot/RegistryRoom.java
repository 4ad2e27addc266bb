package dev.millrace.server.boot;

import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.rollout.RegistryRebuild;
import dev.millrace.server.storage.RegistryDatabase;
import dev.millrace.server.storage.RegistryMirror;
import dev.millrace.server.storage.SqliteRegistryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry with its database and the copies beside the models, opened in the one order in which
 * they agree: the database, the repository (which asks for numbers given out), the rebuild where
 * the database is new, and then the copies.
 *
 * @param store what keeps it
 * @param registry what is decided
 * @param repository the model repository
 */
record RegistryRoom(SqliteRegistryStore store, Registry registry, ModelRepository repository)
    implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RegistryRoom.class);

  /** Opens all of it. */
  static RegistryRoom open(
      Path dataDirectory, Path models, InstantSource clock, Failpoints failpoints)
      throws IOException {
    return open(dataDirectory, models, clock, failpoints, store -> store);
  }

  /**
   * Opens all of it.
   *
   * @param heard stands before the store, for whoever wants to hear of changes
   */
  static RegistryRoom open(
      Path dataDirectory,
      Path models,
      InstantSource clock,
      Failpoints failpoints,
      UnaryOperator<RegistryStore> heard)
      throws IOException {
    RegistryDatabase database = RegistryDatabase.open(dataDirectory, clock);
    try {
      Registry registry = new Registry(heard.apply(database.store()), clock, failpoints);
      ModelRepository repository =
          ModelRepository.open(models, model -> registry.get(model).highest(), failpoints);
      RegistryMirror mirror = new RegistryMirror(models);
      if (database.isNew()) {
        new RegistryRebuild(registry, database.store(), repository, mirror::read).run();
      }
      registry.all().forEach(mirror::renew);
      registry.onChange(mirror::write);
      return new RegistryRoom(database.store(), registry, repository);
    } catch (IOException | RuntimeException | Error failed) {
      database.store().close();
      throw failed;
    }
  }

  /** True when a model has a version, loaded or not. */
  boolean hasVersion(ModelName model) {
    try {
      return repository.scan().stream().anyMatch(version -> version.id().model().equals(model));
    } catch (IOException unreadable) {
      log.warn("the model repository cannot be read", unreadable);
      return false;
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
