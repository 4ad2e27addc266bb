package dev.millrace.server.gateway.tfserving;

import dev.millrace.proto.tensorflow.SignatureDef;
import dev.millrace.proto.tensorflow.TensorInfo;
import dev.millrace.proto.tfserving.SignatureDefMap;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import java.util.Map;
import java.util.TreeMap;

/**
 * The element types of a model's inputs, which JSON itself does not tell.
 *
 * @param signatures the model's signatures
 */
record InputTypes(SignatureDefMap signatures) {
  /**
   * Of one signature's inputs, by name.
   *
   * @param name empty for the default one
   * @throws ServingException REQUEST_MALFORMED when there is no such signature, or it has no inputs
   */
  Map<String, DataType> of(String name) {
    String wanted = name.isEmpty() ? Signature.DEFAULT_NAME : name;
    SignatureDef signature = signatures.getSignatureDefMap().get(wanted);
    if (signature == null) {
      throw new ServingException(
          ErrorReason.REQUEST_MALFORMED,
          "Serving signature name: \"" + FieldPath.shown(wanted) + "\" not found in signature def");
    }
    Map<String, DataType> types = new TreeMap<>();
    for (Map.Entry<String, TensorInfo> input : signature.getInputsMap().entrySet()) {
      types.put(input.getKey(), DataType.ofNumber(input.getValue().getDtypeValue()));
    }
    if (types.isEmpty()) {
      throw new ServingException(
          ErrorReason.REQUEST_MALFORMED,
          "Failed to get input map for signature: " + (name.isEmpty() ? "DEFAULT" : wanted));
    }
    return types;
  }
}
