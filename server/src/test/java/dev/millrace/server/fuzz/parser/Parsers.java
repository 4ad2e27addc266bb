package dev.millrace.server.fuzz.parser;

import dev.millrace.server.boot.config.OptionsFileFuzz;
import dev.millrace.server.dataset.IdxFileFuzz;
import dev.millrace.server.dataset.TextTableFuzz;
import dev.millrace.server.gate.PolicyFileFuzz;
import dev.millrace.server.gateway.kserve.InferJsonFuzz;
import dev.millrace.server.gateway.message.MessageJsonFuzz;
import dev.millrace.server.gateway.tfserving.PredictJsonFuzz;
import dev.millrace.server.inference.ImageLimitFuzz;
import dev.millrace.server.protocol.kserve.InferRequestFuzz;
import dev.millrace.server.protocol.tfserving.TensorProtoFuzz;
import dev.millrace.server.protocol.v1.TensorCodecFuzz;
import dev.millrace.server.repository.ManifestFuzz;
import dev.millrace.server.repository.SettingsFileFuzz;
import dev.millrace.server.tensorflow.inspect.GraphInspectionFuzz;
import dev.millrace.server.tensorflow.record.PredictionLogFuzz;
import dev.millrace.server.usage.TermsFileFuzz;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The targets by the name of their class, which is the name of their corpus too. */
final class Parsers {
  private static final Map<Class<?>, Consumer<byte[]>> TARGETS =
      Map.ofEntries(
          Map.entry(TensorCodecFuzz.class, TensorCodecFuzz::fuzzerTestOneInput),
          Map.entry(InferRequestFuzz.class, InferRequestFuzz::fuzzerTestOneInput),
          Map.entry(TensorProtoFuzz.class, TensorProtoFuzz::fuzzerTestOneInput),
          Map.entry(MessageJsonFuzz.class, MessageJsonFuzz::fuzzerTestOneInput),
          Map.entry(InferJsonFuzz.class, InferJsonFuzz::fuzzerTestOneInput),
          Map.entry(PredictJsonFuzz.class, PredictJsonFuzz::fuzzerTestOneInput),
          Map.entry(ManifestFuzz.class, ManifestFuzz::fuzzerTestOneInput),
          Map.entry(SettingsFileFuzz.class, SettingsFileFuzz::fuzzerTestOneInput),
          Map.entry(PolicyFileFuzz.class, PolicyFileFuzz::fuzzerTestOneInput),
          Map.entry(OptionsFileFuzz.class, OptionsFileFuzz::fuzzerTestOneInput),
          Map.entry(TermsFileFuzz.class, TermsFileFuzz::fuzzerTestOneInput),
          Map.entry(GraphInspectionFuzz.class, GraphInspectionFuzz::fuzzerTestOneInput),
          Map.entry(PredictionLogFuzz.class, PredictionLogFuzz::fuzzerTestOneInput),
          Map.entry(ImageLimitFuzz.class, ImageLimitFuzz::fuzzerTestOneInput),
          Map.entry(IdxFileFuzz.class, IdxFileFuzz::fuzzerTestOneInput),
          Map.entry(TextTableFuzz.class, TextTableFuzz::fuzzerTestOneInput));

  private Parsers() {}

  /** What each does with one input. */
  static Map<String, Consumer<byte[]>> all() {
    Map<String, Consumer<byte[]>> parsers = new TreeMap<>();
    TARGETS.forEach((target, parser) -> parsers.put(target.getSimpleName(), parser));
    return parsers;
  }

  /** The class that Jazzer runs. */
  static Class<?> targetClass(String name) {
    return TARGETS.keySet().stream()
        .filter(target -> target.getSimpleName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
