package dev.millrace.server.gateway.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads values straight into one buffer: nested lists whose shape is found as they are read. It
 * takes several values of one shape, which become the rows of one tensor. Nothing here recurses.
 * Confined to one thread.
 */
public final class JsonTensorBuilder {
  private static final int MOST_DIMENSIONS = 254;
  private static final int FEW_DIMENSIONS = 8;
  private static final int OPEN = -1;

  private final DataType dtype;
  private final ElementBuffer elements;
  private final ElementReader reader;

  // Of the value that is being read: how many members each open list has, and what a list of each
  // level must have.
  private long[] members = new long[FEW_DIMENSIONS];
  private long[] sizes = new long[FEW_DIMENSIONS];
  private int seen;
  private int rank;
  private long count;

  private long total;
  private long items;
  private long firstCount;
  private long @Nullable [] firstSizes;

  /**
   * A builder without values.
   *
   * @param sizeHint bytes that the tensor will probably take
   * @param budget what all tensors of the request may take
   */
  public JsonTensorBuilder(DataType dtype, int sizeHint, ByteBudget budget) {
    this.dtype = dtype;
    this.elements = new ElementBuffer(sizeHint, budget);
    this.reader = new ElementReader(dtype, elements);
  }

  /** How many values it has. */
  public long items() {
    return items;
  }

  /**
   * Takes the value that begins with the parser's present token, and leaves the parser at its last.
   *
   * @throws ServingException SHAPE_MISMATCH for lists of unequal length, or for another shape than
   *     the values before had; DTYPE_MISMATCH or VALUE_REJECTED for what the element type cannot be
   */
  public void add(JsonParser parser) throws IOException {
    seen = 0;
    rank = OPEN;
    count = 0;
    int level = 0;
    JsonToken token = parser.currentToken();
    do {
      if (token == JsonToken.START_ARRAY) {
        open(level);
        level++;
      } else if (token == JsonToken.END_ARRAY) {
        level--;
        close(level);
      } else {
        requireLevel(parser, token, level);
        reader.append(parser, token);
        count++;
        if (level > 0) {
          members[level - 1]++;
        }
      }
    } while (level > 0 && (token = parser.nextToken()) != null);
    end();
  }

  /**
   * Takes the bytes of an object {@code {"b64": "..."}} as one value; the parser is at its string,
   * and is left at its end.
   */
  public void addBase64(JsonParser parser) throws IOException {
    if (dtype != DataType.STRING) {
      throw Faults.type(parser, JsonToken.START_OBJECT, dtype);
    }
    seen = 0;
    rank = 0;
    reader.appendBase64(parser);
    count = 1;
    end();
  }

  /** True where a key is the one of an object that stands for bytes. */
  public static boolean isBase64(@Nullable String key) {
    return ElementReader.BASE64.equals(key);
  }

  /** The one value as a tensor. */
  public JsonTensor single() {
    return new JsonTensor(dtype, Shape.of(first()), elements.toBuffer(), total);
  }

  /** All values as the rows of a tensor. */
  public JsonTensor rows() {
    long[] rest = first();
    long[] shape = new long[rest.length + 1];
    shape[0] = items;
    System.arraycopy(rest, 0, shape, 1, rest.length);
    return new JsonTensor(dtype, Shape.of(shape), elements.toBuffer(), total);
  }

  private long[] first() {
    return firstSizes == null ? new long[0] : firstSizes;
  }

  private void open(int level) {
    if (rank != OPEN && level >= rank) {
      throw Faults.shape("Encountered list at unexpected level: " + level + " expected < " + rank);
    }
    if (level == MOST_DIMENSIONS) {
      throw Faults.shape("lists are nested deeper than " + MOST_DIMENSIONS);
    }
    if (level > 0) {
      members[level - 1]++;
    }
    if (level == members.length) {
      members = Arrays.copyOf(members, 2 * level);
      sizes = Arrays.copyOf(sizes, 2 * level);
    }
    members[level] = 0;
    if (level == seen) {
      sizes[level] = OPEN;
      seen++;
    }
  }

  private void close(int level) {
    long size = members[level];
    if (sizes[level] == OPEN) {
      sizes[level] = size;
      if (rank == OPEN) {
        rank = level + 1;
      }
    } else if (sizes[level] != size) {
      throw Faults.shape(
          "Encountered list at unexpected size: "
              + size
              + " at level: "
              + level
              + " expected size: "
              + sizes[level]);
    }
  }

  private void requireLevel(JsonParser parser, JsonToken token, int level) throws IOException {
    if (level == rank) {
      return;
    }
    if (rank != OPEN) {
      throw Faults.shape(
          "JSON Value: "
              + Faults.shown(parser, token)
              + " found at incorrect level: "
              + (level + 1)
              + " in the JSON DOM. Expected at level: "
              + rank);
    }
    rank = level;
  }

  /** A value is whole: its shape must be that of the others. */
  private void end() {
    total += count;
    items++;
    if (firstSizes == null) {
      firstSizes = Arrays.copyOf(sizes, seen);
      firstCount = count;
    } else if (count != firstCount) {
      throw Faults.shape("Expecting tensor size: " + firstCount + " but got: " + count);
    } else if (!Arrays.equals(firstSizes, 0, firstSizes.length, sizes, 0, seen)) {
      throw Faults.shape(
          "Expecting shape "
              + shown(firstSizes)
              + " but got: "
              + shown(Arrays.copyOf(sizes, seen)));
    }
  }

  private static String shown(long[] sizes) {
    return Arrays.toString(sizes).replace(" ", "");
  }
}
