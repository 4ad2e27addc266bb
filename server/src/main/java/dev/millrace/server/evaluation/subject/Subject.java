package dev.millrace.server.evaluation.subject;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.TensorSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a version is asked when it is measured on grey pictures or texts: the signature, the input
 * that takes them and the output that tells the classes. Immutable.
 */
public final class Subject {
  private final VersionId version;
  private final String signature;
  private final String input;
  private final String output;
  private final Optional<PictureInput> form;
  private final Optional<String> labelOutput;
  private final Optional<GradientSignature> gradients;

  private Subject(
      VersionId version,
      String signature,
      String input,
      String output,
      Optional<PictureInput> form,
      Optional<String> labelOutput,
      Optional<GradientSignature> gradients) {
    this.version = version;
    this.signature = signature;
    this.input = input;
    this.output = output;
    this.form = form;
    this.labelOutput = labelOutput;
    this.gradients = gradients;
  }

  /**
   * Chooses what was left open.
   *
   * @param signatures what the version can do
   * @param signature name of the signature to run
   * @param input name of the input; empty for the only one
   * @param output name of the output; empty for the usual one
   * @throws ServingException SIGNATURE_NOT_FOUND or EVALUATION_UNFIT, with what does not fit
   */
  public static Subject of(
      VersionId version,
      Map<String, Signature> signatures,
      String signature,
      String input,
      String output,
      int height,
      int width) {
    Signature found = found(version, signatures, signature, input);
    String taken = found.inputs().firstKey();
    TensorSpec spec = Objects.requireNonNull(found.inputs().get(taken));
    PictureInput form =
        PictureInput.of(spec, height, width)
            .orElseThrow(
                () ->
                    unfit(
                        version,
                        String.format(
                            Locale.ROOT,
                            "must take pictures of %dx%d; input '%s' takes %s %s",
                            height,
                            width,
                            taken,
                            spec.dtype(),
                            spec.shape())));
    return new Subject(
        version,
        signature,
        taken,
        output(version, signature, found, output),
        Optional.of(form),
        Optional.empty(),
        GradientSignature.find(signatures, taken));
  }

  /**
   * Chooses what was left open, of a version that is measured on texts.
   *
   * @param signatures what the version can do
   * @param signature name of the signature to run
   * @param input name of the input; empty for the only one
   * @param output name of the output; empty for the usual one
   * @throws ServingException SIGNATURE_NOT_FOUND or EVALUATION_UNFIT, with what does not fit
   */
  public static Subject ofTexts(
      VersionId version,
      Map<String, Signature> signatures,
      String signature,
      String input,
      String output) {
    Signature found = found(version, signatures, signature, input);
    String taken = found.inputs().firstKey();
    TensorSpec spec = Objects.requireNonNull(found.inputs().get(taken));
    if (!TextInput.fits(spec)) {
      throw unfit(
          version,
          String.format(
              Locale.ROOT,
              "must take texts as STRING of [batch]; input '%s' takes %s %s",
              taken,
              spec.dtype(),
              spec.shape()));
    }
    List<String> labels =
        found.outputs().entrySet().stream()
            .filter(each -> TextInput.fits(each.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    return new Subject(
        version,
        signature,
        taken,
        output(version, signature, found, output),
        Optional.empty(),
        labels.size() == 1 ? Optional.of(labels.get(0)) : Optional.empty(),
        Optional.empty());
  }

  private static Signature found(
      VersionId version, Map<String, Signature> signatures, String signature, String input) {
    Signature found = signatures.get(signature);
    if (found == null) {
      throw new ServingException(
          ErrorReason.SIGNATURE_NOT_FOUND,
          version + " has no signature '" + signature + "'; it has " + signatures.keySet(),
          Map.of("model", version.model().id(), "version", Long.toString(version.number())));
    }
    if (found.inputs().size() != 1 || !(input.isEmpty() || found.inputs().containsKey(input))) {
      throw unfit(
          version,
          "must take one input that the examples go into; signature '"
              + signature
              + "' takes "
              + found.inputs().keySet());
    }
    return found;
  }

  private static String output(
      VersionId version, String signature, Signature found, String output) {
    Optional<String> given =
        output.isEmpty()
            ? ClassScores.find(found)
            : Optional.of(output).filter(name -> ClassScores.isOne(found.outputs().get(name)));
    return given.orElseThrow(
        () ->
            unfit(
                version,
                "must give a FLOAT32 or FLOAT64 output of [batch, classes]; name it as"
                    + " 'output'; signature '"
                    + signature
                    + "' gives "
                    + found.outputs().keySet()));
  }

  private static ServingException unfit(VersionId version, String what) {
    return new ServingException(
        ErrorReason.EVALUATION_UNFIT,
        version + " cannot be measured on this dataset: it " + what,
        Map.of("model", version.model().id(), "version", Long.toString(version.number())));
  }

  /** The version. */
  public VersionId version() {
    return version;
  }

  /** Name of the signature. */
  public String signature() {
    return signature;
  }

  /** Name of the input. */
  public String input() {
    return input;
  }

  /** Name of the output. */
  public String output() {
    return output;
  }

  /** Pixels of a picture. */
  public int pictureSize() {
    return form().size();
  }

  /** How the version gives gradients, if it does. */
  public Optional<GradientSignature> gradients() {
    return gradients;
  }

  /** The output that tells each example's label, if there is one. */
  Optional<String> labelOutput() {
    return labelOutput;
  }

  PictureInput form() {
    return form.orElseThrow();
  }
}
