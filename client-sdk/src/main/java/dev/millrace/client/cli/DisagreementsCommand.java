package dev.millrace.client.cli;

import dev.millrace.client.Disagreement;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Tensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace disagreements}: requests on which a shadow's answer differed. */
@Command(
    name = "disagreements",
    mixinStandardHelpOptions = true,
    description =
        "Shows requests on which a shadow's answer differed, newest first, as far as the model's"
            + " settings keep them.")
final class DisagreementsCommand extends ClientCommand {
  @Parameters(paramLabel = "MODEL", description = "model to show")
  private String model = "";

  @Override
  protected int ask(MillraceClient client) {
    List<Disagreement> seen = client.model(model).disagreements();
    if (isJson()) {
      out()
          .println(
              Json.object()
                  .with("model", model)
                  .with("disagreements", seen.stream().map(DisagreementsCommand::json).toList())
                  .line());
    } else if (seen.isEmpty()) {
      out().println("none kept; 'shadow.keep-disagreements' in millrace.yaml says how many are");
    } else {
      seen.forEach(this::print);
    }
    return CommandLine.ExitCode.OK;
  }

  private void print(Disagreement seen) {
    out().println(seen.time() + " " + seen.signature());
    words(seen.inputs()).forEach((name, text) -> out().println("  input " + name + ": " + text));
    words(seen.primaryOutputs())
        .forEach((name, text) -> out().println(line(seen.primaryVersion(), name, text)));
    words(seen.shadowOutputs())
        .forEach((name, text) -> out().println(line(seen.shadowVersion(), name, text)));
  }

  private static String line(long version, String name, String text) {
    return "  version " + version + " " + name + ": " + text;
  }

  private static Map<String, Object> json(Disagreement seen) {
    return Json.object()
        .with("time", seen.time().toString())
        .with("signature", seen.signature())
        .with("primary_version", seen.primaryVersion())
        .with("shadow_version", seen.shadowVersion())
        .with("inputs", words(seen.inputs()))
        .with("primary_outputs", words(seen.primaryOutputs()))
        .with("shadow_outputs", words(seen.shadowOutputs()))
        .fields();
  }

  private static Map<String, String> words(Map<String, Tensor> tensors) {
    Map<String, String> words = new TreeMap<>();
    tensors.forEach((name, tensor) -> words.put(name, TensorWords.of(tensor)));
    return words;
  }
}
