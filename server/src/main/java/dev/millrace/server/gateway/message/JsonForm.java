package dev.millrace.server.gateway.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;

/** The JSON that is read and written: its limits, and its form of numbers. Stateless. */
final class JsonForm {
  /** Messages are nested less deeply by far. */
  static final int MOST_DEPTH = 32;

  private static final int LONGEST_NUMBER = 400;
  private static final int LONGEST_NAME = 1024;

  private JsonForm() {}

  /** A factory with the limits; the body's own limit is that of strings. */
  static JsonFactory factory() {
    return new JsonFactoryBuilder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MOST_DEPTH)
                .maxNumberLength(LONGEST_NUMBER)
                .maxNameLength(LONGEST_NAME)
                .maxStringLength(Integer.MAX_VALUE)
                .build())
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
        // The shortest number that reads back as the same float.
        .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
        .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
        // So that an answer can stand in a page.
        .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
        .build();
  }
}
