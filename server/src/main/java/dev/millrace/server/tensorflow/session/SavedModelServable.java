package dev.millrace.server.tensorflow.session;

import dev.millrace.server.catalog.RunPhases;
import dev.millrace.server.catalog.Servable;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.GraphNames;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.TensorData;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.internal.c_api.TF_Output;

/**
 * A SavedModel that answers requests. Thread-safe but for {@link #close}, which must come after the
 * last run.
 */
final class SavedModelServable implements Servable {
  private static final Logger log = LoggerFactory.getLogger(SavedModelServable.class);

  private final VersionId id;
  private final NativeSession session;
  private final SortedMap<String, BoundSignature> bound;
  private final SortedMap<String, String> leftOut;
  private final SortedMap<String, Signature> signatures = new TreeMap<>();
  private final SortedMap<String, GraphNames> graphNames = new TreeMap<>();
  private final Map<String, TF_Output> endpoints;
  private final long memoryBytes;
  private final TensorLedger ledger;
  private final InstantSource clock;

  /** Takes over the session. */
  SavedModelServable(
      VersionId id,
      NativeSession session,
      SignatureReader.Read read,
      Map<String, TF_Output> endpoints,
      long memoryBytes,
      TensorLedger ledger,
      InstantSource clock) {
    this.clock = clock;
    this.id = id;
    this.session = session;
    this.bound = read.served();
    this.leftOut = read.leftOut();
    this.endpoints = endpoints;
    this.memoryBytes = memoryBytes;
    this.ledger = ledger;
    bound.forEach((name, signature) -> signatures.put(name, signature.signature()));
    bound.forEach(
        (name, signature) ->
            graphNames.put(name, new GraphNames(signature.feeds(), signature.fetches())));
  }

  @Override
  public SortedMap<String, Signature> signatures() {
    return signatures;
  }

  @Override
  public SortedMap<String, GraphNames> graphNames() {
    return graphNames;
  }

  @Override
  public Optional<String> stateChange(String signature) {
    return Objects.requireNonNull(bound.get(signature)).stateChange();
  }

  @Override
  public SortedMap<String, String> leftOut() {
    return leftOut;
  }

  @Override
  public long memoryBytes() {
    return memoryBytes;
  }

  @Override
  public Map<String, TensorData> run(
      String signature,
      Map<String, TensorData> inputs,
      Collection<String> outputs,
      Deadline deadline) {
    return run(signature, inputs, outputs, deadline, new RunPhases(() -> 0));
  }

  @Override
  public Map<String, TensorData> run(
      String signature,
      Map<String, TensorData> inputs,
      Collection<String> outputs,
      Deadline deadline,
      RunPhases phases) {
    BoundSignature runnable = Objects.requireNonNull(bound.get(signature));
    Map<String, TensorData> answers = new LinkedHashMap<>();
    List<String> wanted = new ArrayList<>();
    for (String output : outputs) {
      Optional<String> given = runnable.inputOf(output);
      if (given.isPresent()) {
        answers.put(output, Objects.requireNonNull(inputs.get(given.get())));
      } else {
        wanted.add(output);
      }
    }
    if (wanted.isEmpty()) {
      return answers;
    }
    try (TF_Output feeds = select(runnable.feeds(), List.copyOf(inputs.keySet()));
        TF_Output fetches = select(runnable.fetches(), wanted);
        NativeTensors in = new NativeTensors(inputs.size(), ledger);
        NativeTensors out = new NativeTensors(wanted.size(), ledger)) {
      int index = 0;
      for (TensorData input : inputs.values()) {
        in.put(index++, input);
      }
      phases.inputsGiven();
      long millis = deadline.isNone() ? 0 : Math.max(1, deadline.remaining(clock).toMillis());
      session.run(feeds, in, inputs.size(), fetches, out, wanted.size(), millis);
      phases.runEnded();
      for (int i = 0; i < wanted.size(); i++) {
        answers.put(wanted.get(i), out.read(i));
      }
      phases.outputsTaken();
      return answers;
    } catch (TensorFlowFailure failure) {
      throw explain(failure.without(inputs.values()), signature);
    }
  }

  @Override
  public void close() {
    endpoints.values().forEach(TF_Output::close);
    session.close();
  }

  private TF_Output select(SortedMap<String, String> graphNames, List<String> names) {
    TF_Output row = new TF_Output(Math.max(1, names.size()));
    for (int i = 0; i < names.size(); i++) {
      TF_Output endpoint = Objects.requireNonNull(endpoints.get(graphNames.get(names.get(i))));
      row.getPointer(i).oper(endpoint.oper()).index(endpoint.index());
    }
    return row;
  }

  private ServingException explain(TensorFlowFailure failure, String signature) {
    Map<String, String> metadata =
        Map.of(
            "model", id.model().id(),
            "version", Long.toString(id.number()),
            "signature", signature);
    if (failure.isTimeout()) {
      return new ServingException(
              ErrorReason.DEADLINE_EXPIRED, "the deadline passed during the run", metadata)
          .causedBy(failure);
    }
    if (failure.blamesValues()) {
      return new ServingException(
              ErrorReason.VALUE_REJECTED,
              "the model refused these values: " + failure.forCallers(),
              metadata)
          .causedBy(failure);
    }
    log.error("{} failed on signature '{}'", id, signature, failure);
    return new ServingException(
            ErrorReason.INTERNAL, "the model failed to run; the server's log tells why", metadata)
        .causedBy(failure);
  }
}
