package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * The signatures by which a SavedModel is trained further, as LiteRT's on-device training has them:
 * {@code train} takes {@code x} and {@code y} and gives {@code loss}, {@code infer} takes {@code x}
 * and gives a value for each class, {@code save} and {@code restore} take {@code checkpoint_path}.
 * Immutable.
 *
 * @param x takes the examples of a step
 * @param y takes their classes: INT32 or INT64 of [batch], or FLOAT32 of [batch, classes]
 * @param loss tells how wrong the model was
 * @param asked takes examples to be told apart
 * @param scores tells a value for each class, [batch, classes]
 * @param save where the path of a checkpoint goes in, and what to fetch to write it
 * @param restore where the path of a checkpoint goes in, and what to fetch to read it
 */
record TrainableSignatures(
    TensorInfo x,
    TensorInfo y,
    TensorInfo loss,
    TensorInfo asked,
    TensorInfo scores,
    Keeping save,
    Keeping restore) {
  private static final List<String> SCORES =
      List.of("probabilities", "scores", "output", "outputs", "logits");

  /**
   * How a checkpoint is written or read.
   *
   * @param path takes its path, a string
   * @param done any output
   */
  record Keeping(TensorInfo path, TensorInfo done) {}

  /**
   * Finds them.
   *
   * @throws ServingException PARENT_UNFIT, with what is missing
   */
  static TrainableSignatures of(MetaGraphDef model) {
    SignatureDef train = signature(model, "train");
    SignatureDef infer = signature(model, "infer");
    TensorInfo loss = tensor(train.getOutputsMap(), "train", "gives no output", "loss");
    if (loss.getDtype() != DataType.DT_FLOAT) {
      throw unfit("signature 'train' must give 'loss' as FLOAT32");
    }
    return new TrainableSignatures(
        tensor(train.getInputsMap(), "train", "takes no input", "x"),
        tensor(train.getInputsMap(), "train", "takes no input", "y"),
        loss,
        tensor(infer.getInputsMap(), "infer", "takes no input", "x"),
        scores(infer),
        keeping(model, "save"),
        keeping(model, "restore"));
  }

  private static TensorInfo scores(SignatureDef infer) {
    Map<String, TensorInfo> outputs = infer.getOutputsMap();
    Optional<String> usual = SCORES.stream().filter(outputs::containsKey).findFirst();
    TensorInfo found =
        outputs.get(
            usual.orElseGet(() -> outputs.size() == 1 ? outputs.keySet().iterator().next() : ""));
    if (found == null || found.getDtype() != DataType.DT_FLOAT) {
      throw unfit(
          "signature 'infer' must give a FLOAT32 output of [batch, classes], called one of "
              + String.join(", ", SCORES));
    }
    return found;
  }

  private static Keeping keeping(MetaGraphDef model, String name) {
    SignatureDef signature = signature(model, name);
    TensorInfo path = tensor(signature.getInputsMap(), name, "takes no input", "checkpoint_path");
    if (path.getDtype() != DataType.DT_STRING || signature.getOutputsCount() == 0) {
      throw unfit(
          "signature '"
              + name
              + "' must take 'checkpoint_path' as STRING and give at least one output");
    }
    return new Keeping(path, signature.getOutputsMap().values().iterator().next());
  }

  private static SignatureDef signature(MetaGraphDef model, String name) {
    SignatureDef found = model.getSignatureDefMap().get(name);
    if (found == null) {
      throw unfit(
          "it has no signature '"
              + name
              + "'; a model that can be trained further has train, infer, save and restore");
    }
    return found;
  }

  private static TensorInfo tensor(
      Map<String, TensorInfo> tensors, String signature, String lacks, String name) {
    TensorInfo found = tensors.get(name);
    if (found == null) {
      throw unfit("signature '" + signature + "' " + lacks + " '" + name + "'");
    }
    return found;
  }

  static ServingException unfit(String why) {
    return new ServingException(
        ErrorReason.PARENT_UNFIT, "from_version cannot be trained further: " + why);
  }
}
