package dev.millrace.server.gateway.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/**
 * Reads and writes documents of JSON in UTF-8. NaN, Infinity and -Infinity are numbers; a key twice in one
 * object is an error; so is nesting deeper than {@value #MOST_NESTING}, a number of more than
 * {@value #MOST_DIGITS} characters, and whatever follows the document. Thread-safe.
 */
public final class StrictJson {
  /** Deepest nesting: the most dimensions of a tensor, and what is around it. */
  public static final int MOST_NESTING = 300;

  private static final int MOST_DIGITS = 1000;
  private static final int MOST_NAME = 10_000;

  private final JsonFactory factory =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MOST_NESTING)
                  .maxNumberLength(MOST_DIGITS)
                  .maxNameLength(MOST_NAME)
                  // The body's own limit holds for both.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxDocumentLength(-1)
                  .build())
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          // Names come from clients, and would never leave the table of interned strings.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private static final Pattern QUOTED = Pattern.compile("'[^']{9,}'|\"[^\"]{9,}\"");

  private final String prefix;

  /** What is read of a document, from its first token. */
  @FunctionalInterface
  public interface Reading<T> {
    /** Reads up to the last token of the document. */
    T read(JsonParser parser) throws IOException;
  }

  /** What is written. */
  @FunctionalInterface
  public interface Writing {
    /** Writes a whole document. */
    void write(JsonGenerator generator) throws IOException;
  }

  /**
   * Documents of one wire.
   *
   * @param prefix what its errors begin with
   */
  public StrictJson(String prefix) {
    this.prefix = prefix;
  }

  /**
   * Reads a document.
   *
   * @param from where it begins in the bytes
   * @param length its length
   * @throws ServingException REQUEST_MALFORMED for what is no JSON
   */
  public <T> T read(byte[] bytes, int from, int length, Reading<T> reading) {
    if (isWide(bytes, from, length)) {
      throw malformed("The document is not in UTF-8", 0);
    }
    try (JsonParser parser = factory.createParser(bytes, from, length)) {
      if (parser.nextToken() == null) {
        throw malformed("The document is empty", 0);
      }
      T result = reading.read(parser);
      JsonToken next = parser.nextToken();
      if (next != null) {
        throw malformed("The document root must not be followed by other values", offset(parser));
      }
      return result;
    } catch (JsonProcessingException fault) {
      throw malformed(why(fault), fault.getLocation() == null ? 0 : at(fault));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /**
   * Reads a value that lies within a document that has been read before, and so is known to be
   * whole.
   *
   * @param from where the value begins in the bytes
   */
  public <T> T readPart(byte[] bytes, int from, int length, Reading<T> reading) {
    try (JsonParser parser = factory.createParser(bytes, from, length)) {
      parser.nextToken();
      return reading.read(parser);
    } catch (JsonProcessingException fault) {
      throw malformed(why(fault), from + at(fault));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** Writes a document of about this size. */
  public byte[] write(int sizeHint, Writing writing) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(Math.max(500, sizeHint))) {
      try (JsonGenerator generator = factory.createGenerator(bytes)) {
        writing.write(generator);
      }
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /**
   * UTF-16 or UTF-32, as the library would take it to be (RFC 4627, section 3): in the places of
   * its characters, which are none of the bytes.
   */
  private static boolean isWide(byte[] bytes, int from, int length) {
    if (length < 2) {
      return false;
    }
    int mark = (bytes[from] & 0xFF) << 8 | (bytes[from + 1] & 0xFF);
    boolean wide = mark == 0xFEFF || mark == 0xFFFE;
    for (int i = 0; i < Math.min(4, length); i++) {
      wide |= bytes[from + i] == 0;
    }
    return wide;
  }

  /** Where the present token begins in the bytes. */
  public static int offset(JsonParser parser) {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  private ServingException malformed(String why, long offset) {
    return new ServingException(
        ErrorReason.REQUEST_MALFORMED, prefix + why + " at offset: " + offset);
  }

  private static long at(JsonProcessingException fault) {
    return Math.max(0, fault.getLocation().getByteOffset());
  }

  /** The library's limits are told by its own names, which are no help to a caller. */
  private static String why(JsonProcessingException fault) {
    if (fault instanceof JsonEOFException) {
      return "The document is cut off";
    }
    if (fault instanceof StreamConstraintsException) {
      return "Nesting is deeper than "
          + MOST_NESTING
          + ", or a number or name is longer than any that is taken";
    }
    String text = String.valueOf(fault.getOriginalMessage());
    int source = text.indexOf("\n");
    String first = source < 0 ? text : text.substring(0, source);
    // The library repeats what it cannot read, which may be content; a name that is there twice is
    // none.
    return FieldPath.shown(
        first.startsWith("Duplicate field") ? first : QUOTED.matcher(first).replaceAll("'...'"));
  }
}
