package dev.millrace.server.gateway.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Message;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Reads and writes messages in protobuf's JSON form. Stateless. */
public final class MessageJson {
  private static final JsonFactory FACTORY = JsonForm.factory();

  private MessageJson() {}

  /**
   * Reads one JSON object into a message; nothing may follow it.
   *
   * @throws ServingException REQUEST_MALFORMED, with the place of the error or the name of the
   *     field
   */
  public static void read(InputStream json, Message.Builder target) {
    try (JsonParser parser = FACTORY.createParser(json)) {
      JsonToken first = parser.nextToken();
      // No body at all is an empty message, so that a bare POST will do.
      if (first != null) {
        new MessageReader(parser).read(target, "");
        if (parser.nextToken() != null) {
          throw malformed("something follows the JSON object", parser.currentTokenLocation());
        }
      }
    } catch (JsonProcessingException malformed) {
      throw malformed("the body is no JSON", malformed.getLocation());
    } catch (CharConversionException otherwise) {
      throw malformed("the body is not in UTF-8", null);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Writes a message as UTF-8. */
  public static void write(Message message, OutputStream target) {
    try (JsonGenerator generator = FACTORY.createGenerator(target)) {
      new MessageWriter(generator).write(message);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** A message as UTF-8. */
  public static byte[] bytes(Message message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(message, bytes);
    return bytes.toByteArray();
  }

  static ServingException malformed(String what, @Nullable JsonLocation where) {
    return new ServingException(
        ErrorReason.REQUEST_MALFORMED,
        where == null
            ? what
            : what + " at line " + where.getLineNr() + ", column " + where.getColumnNr());
  }
}
