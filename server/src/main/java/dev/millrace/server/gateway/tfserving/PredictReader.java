package dev.millrace.server.gateway.tfserving;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.server.gateway.json.ByteBudget;
import dev.millrace.server.gateway.json.ShortInfinities;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies of Predict calls: {@code instances} by rows, or {@code inputs} by columns.
 * Thread-safe.
 */
final class PredictReader {
  static final String SIGNATURE = "signature_name";
  private static final String ROWS = "instances";
  private static final String COLUMNS = "inputs";

  private final StrictJson json;
  private final long mostBytes;

  /**
   * A reader.
   *
   * @param mostBytes most that one request's tensors may become
   */
  PredictReader(StrictJson json, long mostBytes) {
    this.json = json;
    this.mostBytes = mostBytes;
  }

  /**
   * Reads a body. The signature's name may come behind the tensors, whose types it tells; then what
   * was read on the assumption that there is none is read again.
   *
   * @throws ServingException in TensorFlow Serving's words
   */
  PredictBody read(byte[] body, InputTypes types) {
    return ShortInfinities.read(body, body.length, (bytes, length) -> plain(bytes, types));
  }

  private PredictBody plain(byte[] body, InputTypes types) {
    Pass first = new Pass(types, "", false, body.length);
    String named;
    try {
      PredictBody read = json.read(body, 0, body.length, first::read);
      if (!first.misled) {
        return read;
      }
      named = first.signature;
    } catch (ServingException fault) {
      if (first.named) {
        throw fault;
      }
      named = json.read(body, 0, body.length, PredictReader::signature);
      if (named.isEmpty()) {
        throw fault;
      }
    }
    return json.read(body, 0, body.length, new Pass(types, named, true, body.length)::read);
  }

  private static String signature(JsonParser parser) throws IOException {
    requireObject(parser);
    String signature = "";
    String key;
    while ((key = parser.nextFieldName()) != null) {
      parser.nextToken();
      if (key.equals(SIGNATURE)) {
        signature = signatureName(parser);
      }
      parser.skipChildren();
    }
    return signature;
  }

  static String signatureName(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(
          "JSON Value: {...} not formatted correctly. 'signature_name' key must be a string"
              + " value.");
    }
    return parser.getText();
  }

  static void requireObject(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw malformed("JSON Value: Is not object");
    }
  }

  static ServingException malformed(String text) {
    return new ServingException(ErrorReason.REQUEST_MALFORMED, text);
  }

  /** One reading of a body. */
  private final class Pass {
    private final InputTypes types;
    private final boolean fixed;
    private final int length;
    private String signature;
    private boolean named;
    private boolean misled;
    private boolean rows;
    private @Nullable Map<String, TensorProto> inputs;

    /**
     * A reading.
     *
     * @param signature the name that holds until the body has another
     * @param fixed true when the body has been searched for it
     */
    Pass(InputTypes types, String signature, boolean fixed, int length) {
      this.types = types;
      this.signature = signature;
      this.fixed = fixed;
      this.length = length;
    }

    PredictBody read(JsonParser parser) throws IOException {
      requireObject(parser);
      String key;
      while ((key = parser.nextFieldName()) != null) {
        parser.nextToken();
        switch (key) {
          case SIGNATURE -> name(signatureName(parser));
          case ROWS, COLUMNS -> tensors(parser, key.equals(ROWS));
          default -> parser.skipChildren();
        }
      }
      if (inputs == null) {
        throw malformed("Missing 'inputs' or 'instances' key");
      }
      return new PredictBody(signature, inputs, rows);
    }

    private void name(String name) {
      named = true;
      if (!fixed) {
        misled = inputs != null && !name.equals(signature);
        signature = name;
      }
    }

    private void tensors(JsonParser parser, boolean byRows) throws IOException {
      if (inputs != null) {
        throw malformed(
            "JSON Value: {...} Not formatted correctly expecting only one of 'inputs' or"
                + " 'instances' keys to exist ");
      }
      rows = byRows;
      InputReader reader = new InputReader(types.of(signature), length, new ByteBudget(mostBytes));
      inputs = byRows ? reader.rows(parser) : reader.columns(parser);
    }
  }
}
