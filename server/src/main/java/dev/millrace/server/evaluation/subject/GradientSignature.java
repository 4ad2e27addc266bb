package dev.millrace.server.evaluation.subject;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A signature by which a model gives gradients: {@code gradients} takes the explained input under
 * its own name, FLOAT32, and {@code target}, the class of each row, INT32 or INT64; it gives {@code
 * gradients}, those of the target's probability by the input, and may give {@code loss_gradients},
 * those of the cross entropy of the target.
 *
 * @param input name of the explained input
 * @param target element type of the target
 * @param hasLoss true when it gives the loss's gradients
 */
public record GradientSignature(String input, DataType target, boolean hasLoss) {
  /** Name of the signature. */
  public static final String NAME = "gradients";

  /** Output with the gradients of the target's probability, of the input's shape. */
  public static final String GRADIENTS = "gradients";

  /** Output with the gradients of the target's cross entropy, of the input's shape. */
  public static final String LOSS_GRADIENTS = "loss_gradients";

  private static final String TARGET = "target";

  /** The one for an input, if there is one among a version's signatures. */
  public static Optional<GradientSignature> find(Map<String, Signature> all, String input) {
    Signature signature = all.get(NAME);
    if (signature == null || signature.inputs().size() != 2) {
      return Optional.empty();
    }
    TensorSpec explained = signature.inputs().get(input);
    TensorSpec target = signature.inputs().get(TARGET);
    TensorSpec gradients = signature.outputs().get(GRADIENTS);
    if (explained == null || target == null) {
      return Optional.empty();
    }
    boolean fits =
        explained.dtype() == DataType.FLOAT32
            && (target.dtype() == DataType.INT32 || target.dtype() == DataType.INT64)
            && target.shape().equals(ShapeSpec.of(ShapeSpec.OPEN))
            && gradients != null
            && gradients.dtype() == DataType.FLOAT32;
    return fits
        ? Optional.of(
            new GradientSignature(
                input, target.dtype(), signature.outputs().containsKey(LOSS_GRADIENTS)))
        : Optional.empty();
  }

  /** The inputs of a request, with the class of each row. */
  public Map<String, TensorData> inputs(TensorData rows, int[] targets) {
    ByteBuffer bytes =
        ByteBuffer.allocate(targets.length * target.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(targets)
        .forEach(
            each -> {
              if (target == DataType.INT64) {
                bytes.putLong(each);
              } else {
                bytes.putInt(each);
              }
            });
    return Map.of(
        input, rows, TARGET, TensorData.ofBytes(target, Shape.of(targets.length), bytes.flip()));
  }
}
