package dev.millrace.server.tensorflow.session;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorSpec;
import dev.millrace.server.tensorflow.inspect.GraphView;
import dev.millrace.server.tensorflow.inspect.KeptState;
import dev.millrace.server.tensorflow.inspect.StateChanges;
import dev.millrace.server.tensorflow.inspect.TransposedConvolutions;
import dev.millrace.server.tensorflow.inspect.UnclearGraphException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Reads a SavedModel's signatures. Confined to one thread. */
final class SignatureReader {
  private static final Logger log = LoggerFactory.getLogger(SignatureReader.class);
  private static final int REFERENCE_TYPES = 100;

  /**
   * A model's signatures.
   *
   * @param served those that callers can run: all their tensors are dense and of an element type,
   *     and no input can end the process
   * @param leftOut the others, and why, in words
   */
  record Read(SortedMap<String, BoundSignature> served, SortedMap<String, String> leftOut) {}

  private final MetaGraphDef metaGraph;
  private final StateChanges stateChanges;
  private final KeptState keptState;
  private final TransposedConvolutions transposed;
  private final OpenRanks openRanks;

  SignatureReader(MetaGraphDef metaGraph) {
    this.metaGraph = metaGraph;
    GraphView graph = new GraphView(metaGraph.getGraphDef());
    this.stateChanges = new StateChanges(graph);
    this.keptState = new KeptState(graph);
    this.transposed = new TransposedConvolutions(graph);
    this.openRanks = new OpenRanks(graph);
  }

  Read read() {
    Read read = new Read(new TreeMap<>(), new TreeMap<>());
    metaGraph
        .getSignatureDefMap()
        .forEach(
            (name, definition) -> {
              // Keras and TensorFlow 2 export the initialiser as if it were a signature.
              if (!name.startsWith("__saved_model")) {
                try {
                  BoundSignature bound = bind(definition);
                  requireCallers(name, bound);
                  read.served().put(name, openRanks.close(bound));
                } catch (UnclearGraphException | IllegalArgumentException unfit) {
                  read.leftOut().put(name, String.valueOf(unfit.getMessage()));
                }
              }
            });
    read.leftOut().forEach((name, why) -> log.warn("signature '{}' is left out: {}", name, why));
    return read;
  }

  private void requireCallers(String name, BoundSignature bound) {
    if (keptState.isOne(name, bound.fetches().values())) {
      throw new IllegalArgumentException(
          "it writes or reads a file that the caller names; only training runs it");
    }
  }

  /**
   * A signature as callers see it.
   *
   * @throws IllegalArgumentException if it cannot be served; the message says why
   */
  private BoundSignature bind(SignatureDef definition) {
    SortedMap<String, TensorSpec> inputs = new TreeMap<>();
    SortedMap<String, String> feeds = new TreeMap<>();
    SortedMap<String, TensorSpec> outputs = new TreeMap<>();
    SortedMap<String, String> fetches = new TreeMap<>();
    bind("input", definition.getInputsMap(), inputs, feeds);
    bind("output", definition.getOutputsMap(), outputs, fetches);
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("it gives nothing");
    }
    if (new HashSet<>(feeds.values()).size() < feeds.size()) {
      throw new IllegalArgumentException("two of its inputs are the same tensor");
    }
    transposed.check(fetches.values());
    return new BoundSignature(
        new Signature(inputs, outputs, definition.getMethodName()),
        feeds,
        fetches,
        stateChanges.of(fetches.values()));
  }

  private static void bind(
      String kind,
      Map<String, TensorInfo> tensors,
      SortedMap<String, TensorSpec> specs,
      SortedMap<String, String> names) {
    tensors.forEach(
        (name, info) -> {
          if (info.getEncodingCase() != TensorInfo.EncodingCase.NAME) {
            throw new IllegalArgumentException(kind + " '" + name + "' is not dense");
          }
          DataType dtype =
              dtype(info.getDtypeValue())
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              kind + " '" + name + "' has no element type that can be sent"));
          specs.put(name, new TensorSpec(dtype, shape(info.getTensorShape())));
          names.put(name, info.getName().contains(":") ? info.getName() : info.getName() + ":0");
        });
  }

  private static Optional<DataType> dtype(int number) {
    try {
      return Optional.of(
          DataType.ofNumber(number > REFERENCE_TYPES ? number - REFERENCE_TYPES : number));
    } catch (IllegalArgumentException notDense) {
      return Optional.empty();
    }
  }

  static ShapeSpec shape(TensorShapeProto proto) {
    return proto.getUnknownRank()
        ? ShapeSpec.unknownRank()
        : ShapeSpec.of(
            proto.getDimList().stream().mapToLong(dim -> Math.max(-1, dim.getSize())).toArray());
  }
}
