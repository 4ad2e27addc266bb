package dev.millrace.server.gateway.tfserving;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.proto.tensorflow.Example;
import dev.millrace.proto.tensorflow.Features;
import dev.millrace.proto.tfserving.ExampleList;
import dev.millrace.proto.tfserving.ExampleListWithContext;
import dev.millrace.proto.tfserving.Input;
import dev.millrace.server.gateway.json.ByteBudget;
import dev.millrace.server.gateway.json.ShortInfinities;
import dev.millrace.server.gateway.json.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads bodies of Classify and Regress calls. Thread-safe. */
final class ExampleReader {
  private static final String EXAMPLES = "examples";
  private static final String CONTEXT = "context";

  private final StrictJson json;
  private final long mostBytes;

  /**
   * What a body has.
   *
   * @param signature the signature that it names; empty for the default one
   */
  record Body(String signature, Input input) {}

  ExampleReader(StrictJson json, long mostBytes) {
    this.json = json;
    this.mostBytes = mostBytes;
  }

  Body read(byte[] body) {
    return ShortInfinities.read(
        body, body.length, (bytes, length) -> json.read(bytes, 0, length, this::read));
  }

  private Body read(JsonParser parser) throws IOException {
    PredictReader.requireObject(parser);
    ByteBudget budget = new ByteBudget(mostBytes);
    String signature = "";
    @Nullable Example context = null;
    @Nullable List<Example> examples = null;
    String key;
    while ((key = parser.nextFieldName()) != null) {
      parser.nextToken();
      switch (key) {
        case PredictReader.SIGNATURE -> signature = PredictReader.signatureName(parser);
        case CONTEXT -> context = example(parser, budget);
        case EXAMPLES -> examples = examples(parser, budget);
        default -> parser.skipChildren();
      }
    }
    if (examples == null) {
      throw PredictReader.malformed(
          "JSON Value: {...} When method is classify, key 'examples' is expected and was not"
              + " found");
    }
    return new Body(signature, input(examples, context));
  }

  private static Input input(List<Example> examples, @Nullable Example context) {
    return context == null
        ? Input.newBuilder()
            .setExampleList(ExampleList.newBuilder().addAllExamples(examples))
            .build()
        : Input.newBuilder()
            .setExampleListWithContext(
                ExampleListWithContext.newBuilder().addAllExamples(examples).setContext(context))
            .build();
  }

  private static List<Example> examples(JsonParser parser, ByteBudget budget) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw PredictReader.malformed(
          "JSON Value: {...} Expecting 'examples' value to be an list/array");
    }
    List<Example> examples = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      examples.add(example(parser, budget));
    }
    if (examples.isEmpty()) {
      throw PredictReader.malformed("JSON Value: {...} 'examples' value is an empty array");
    }
    return examples;
  }

  private static Example example(JsonParser parser, ByteBudget budget) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw PredictReader.malformed(
          "Example must be JSON object but got JSON " + FeatureReader.type(parser.currentToken()));
    }
    Features.Builder features = Features.newBuilder();
    String name;
    while ((name = parser.nextFieldName()) != null) {
      parser.nextToken();
      features.putFeature(name, new FeatureReader(name, budget).read(parser));
    }
    return Example.newBuilder().setFeatures(features).build();
  }
}
