package dev.millrace.server.tensorflow.session;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Reads a SavedModel's signatures. */
final class SignatureReader {
  private static final Logger log = LoggerFactory.getLogger(SignatureReader.class);
  private static final int REFERENCE_TYPES = 100;

  private SignatureReader() {}

  /**
   * The signatures that callers can run: those whose tensors are all dense and of an element type.
   */
  static SortedMap<String, BoundSignature> read(Map<String, SignatureDef> definitions) {
    SortedMap<String, BoundSignature> signatures = new TreeMap<>();
    definitions.forEach(
        (name, definition) -> {
          // Keras and TensorFlow 2 export the initialiser as if it were a signature.
          if (!name.startsWith("__saved_model")) {
            bind(definition)
                .ifPresentOrElse(
                    bound -> signatures.put(name, bound),
                    () ->
                        log.warn(
                            "signature '{}' takes or gives tensors that are not dense; it is left out",
                            name));
          }
        });
    return signatures;
  }

  private static Optional<BoundSignature> bind(SignatureDef definition) {
    SortedMap<String, TensorSpec> inputs = new TreeMap<>();
    SortedMap<String, String> feeds = new TreeMap<>();
    SortedMap<String, TensorSpec> outputs = new TreeMap<>();
    SortedMap<String, String> fetches = new TreeMap<>();
    boolean dense =
        bind(definition.getInputsMap(), inputs, feeds)
            && bind(definition.getOutputsMap(), outputs, fetches)
            && !outputs.isEmpty();
    return dense
        ? Optional.of(new BoundSignature(new Signature(inputs, outputs), feeds, fetches))
        : Optional.empty();
  }

  private static boolean bind(
      Map<String, TensorInfo> tensors,
      SortedMap<String, TensorSpec> specs,
      SortedMap<String, String> names) {
    for (Map.Entry<String, TensorInfo> entry : tensors.entrySet()) {
      TensorInfo info = entry.getValue();
      Optional<DataType> dtype = dtype(info.getDtypeValue());
      if (info.getEncodingCase() != TensorInfo.EncodingCase.NAME || dtype.isEmpty()) {
        return false;
      }
      specs.put(entry.getKey(), new TensorSpec(dtype.get(), shape(info.getTensorShape())));
      names.put(entry.getKey(), info.getName());
    }
    return true;
  }

  private static Optional<DataType> dtype(int number) {
    try {
      return Optional.of(
          DataType.ofNumber(number > REFERENCE_TYPES ? number - REFERENCE_TYPES : number));
    } catch (IllegalArgumentException notDense) {
      return Optional.empty();
    }
  }

  private static ShapeSpec shape(TensorShapeProto proto) {
    return proto.getUnknownRank()
        ? ShapeSpec.unknownRank()
        : ShapeSpec.of(
            proto.getDimList().stream().mapToLong(dim -> Math.max(-1, dim.getSize())).toArray());
  }
}
