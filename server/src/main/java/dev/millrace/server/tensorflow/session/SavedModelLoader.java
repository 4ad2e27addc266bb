package dev.millrace.server.tensorflow.session;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.catalog.ServableLoader;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.VariablesFolder;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Output;

/**
 * Loads SavedModels for serving. Loading itself goes on in the calling thread alone, so that it
 * takes no core away from the versions that answer meanwhile.
 */
public final class SavedModelLoader implements ServableLoader {
  static final String SERVE_TAG = "serve";

  private final TensorLedger ledger;
  private final int cores;
  private final InstantSource clock;

  /**
   * A loader.
   *
   * @param ledger counts the native tensors of every run
   * @param cores cores that a run in mode ALL_CORES may use
   * @param clock what deadlines are compared with
   */
  public SavedModelLoader(TensorLedger ledger, int cores, InstantSource clock) {
    this.ledger = ledger;
    this.cores = cores;
    this.clock = clock;
  }

  @Override
  public Servable load(ServableSource source, ExecutionMode mode) {
    Execution execution = Execution.of(mode, cores);
    @Nullable NativeSession session = null;
    Map<String, TF_Output> endpoints = new HashMap<>();
    try {
      if (!VariablesFolder.isWhole(source.directory())) {
        throw refusal(source, "the file variables/variables.index is missing");
      }
      session = NativeSession.load(source.directory(), SERVE_TAG, execution);
      SignatureReader.Read read = new SignatureReader(session.metaGraph()).read();
      if (read.served().isEmpty()) {
        throw refusal(
            source,
            "it has no signature that can be served"
                + (read.leftOut().isEmpty() ? "" : "; left out are " + read.leftOut()));
      }
      for (BoundSignature signature : read.served().values()) {
        addEndpoints(session, signature.feeds().values(), endpoints);
        addEndpoints(session, signature.fetches().values(), endpoints);
      }
      Servable servable =
          new SavedModelServable(
              source.id(), session, read, endpoints, fileBytes(source.directory()), ledger, clock);
      session = null;
      return servable;
    } catch (TensorFlowFailure failure) {
      throw refusal(source, failure.forCallers()).causedBy(failure);
    } catch (IOException unreadable) {
      throw refusal(source, "its files cannot be read").causedBy(unreadable);
    } finally {
      if (session != null) {
        endpoints.values().forEach(TF_Output::close);
        session.close();
      }
    }
  }

  private static void addEndpoints(
      NativeSession session, Collection<String> names, Map<String, TF_Output> endpoints)
      throws TensorFlowFailure {
    for (String name : names) {
      if (!endpoints.containsKey(name)) {
        endpoints.put(name, session.endpoint(name));
      }
    }
  }

  private static long fileBytes(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      long bytes = 0;
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  private static ServingException refusal(ServableSource source, String why) {
    return new ServingException(
        ErrorReason.LOAD_FAILED,
        source.id() + " is no SavedModel that can be served: " + why,
        Map.of("model", source.id().model().id(), "version", Long.toString(source.id().number())));
  }
}
