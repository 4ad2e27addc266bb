package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tensorflow.SignatureDef;
import dev.millrace.proto.tensorflow.TensorInfo;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.SignatureDefMap;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.GraphNames;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Map;
import java.util.Optional;

/** Signatures as TensorFlow writes them. Stateless. */
final class SignatureDefs {
  private SignatureDefs() {}

  static SignatureDefMap of(VersionStatus version) {
    SignatureDefMap.Builder map = SignatureDefMap.newBuilder();
    version
        .signatures()
        .forEach(
            (name, signature) ->
                map.putSignatureDef(
                    name, of(signature, Optional.ofNullable(version.graphNames().get(name)))));
    return map.build();
  }

  private static SignatureDef of(Signature signature, Optional<GraphNames> names) {
    SignatureDef.Builder builder = SignatureDef.newBuilder().setMethodName(signature.method());
    Map<String, String> inputs =
        names.<Map<String, String>>map(GraphNames::inputs).orElse(Map.of());
    Map<String, String> outputs =
        names.<Map<String, String>>map(GraphNames::outputs).orElse(Map.of());
    signature.inputs().forEach((alias, spec) -> builder.putInputs(alias, of(inputs, alias, spec)));
    signature
        .outputs()
        .forEach((alias, spec) -> builder.putOutputs(alias, of(outputs, alias, spec)));
    return builder.build();
  }

  private static TensorInfo of(Map<String, String> names, String alias, TensorSpec spec) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder().setUnknownRank(spec.shape().isUnknownRank());
    for (long size : spec.shape().toArray()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorInfo.newBuilder()
        .setName(names.getOrDefault(alias, alias + ":0"))
        .setDtypeValue(spec.dtype().number())
        .setTensorShape(shape)
        .build();
  }
}
