package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tensorflow.SignatureDef;
import dev.millrace.proto.tensorflow.TensorInfo;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.SignatureDefMap;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Map;

/**
 * Signatures as TensorFlow writes them. The graph's own names of tensors stay inside: the alias
 * stands for them. Stateless.
 */
final class SignatureDefs {
  private SignatureDefs() {}

  static SignatureDefMap of(Map<String, Signature> signatures) {
    SignatureDefMap.Builder map = SignatureDefMap.newBuilder();
    signatures.forEach((name, signature) -> map.putSignatureDef(name, of(signature)));
    return map.build();
  }

  private static SignatureDef of(Signature signature) {
    SignatureDef.Builder builder = SignatureDef.newBuilder().setMethodName(signature.method());
    signature.inputs().forEach((alias, spec) -> builder.putInputs(alias, of(alias, spec)));
    signature.outputs().forEach((alias, spec) -> builder.putOutputs(alias, of(alias, spec)));
    return builder.build();
  }

  private static TensorInfo of(String alias, TensorSpec spec) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder().setUnknownRank(spec.shape().isUnknownRank());
    for (long size : spec.shape().toArray()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorInfo.newBuilder()
        .setName(alias + ":0")
        .setDtypeValue(spec.dtype().number())
        .setTensorShape(shape)
        .build();
  }
}
