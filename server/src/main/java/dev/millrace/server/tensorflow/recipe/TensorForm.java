package dev.millrace.server.tensorflow.recipe;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Element type and sizes of a tensor; a size of -1 is open.
 *
 * @param dtype element type
 * @param sizes outermost first
 */
record TensorForm(DataType dtype, List<Long> sizes) {
  static final TensorForm OF_TEXTS = new TensorForm(DataType.DT_STRING, List.of(-1L));

  TensorForm {
    sizes = List.copyOf(sizes);
  }

  /** What a signature says; a tensor of unknown rank has no sizes. */
  static TensorForm of(TensorInfo info) {
    return new TensorForm(
        info.getDtype(),
        info.getTensorShape().getDimList().stream().map(TensorShapeProto.Dim::getSize).toList());
  }

  /** The form of images that a model takes, or the one with a channel if it takes none. */
  static TensorForm ofImages(long height, long width, TensorForm asked) {
    TensorForm channel = new TensorForm(DataType.DT_FLOAT, List.of(-1L, height, width, 1L));
    return List.of(
            channel,
            new TensorForm(DataType.DT_FLOAT, List.of(-1L, height, width)),
            new TensorForm(DataType.DT_FLOAT, List.of(-1L, height * width)))
        .stream()
        .filter(form -> asked.takesExamples(form))
        .findFirst()
        .orElse(channel);
  }

  /** True when a tensor of another form with so many rows may be fed. */
  boolean takes(TensorForm other, int rows) {
    return takesExamples(other) && (sizes.get(0) < 0 || sizes.get(0) == rows);
  }

  /** True when a tensor of another form may be fed, but for the number of its rows. */
  private boolean takesExamples(TensorForm other) {
    if (dtype != other.dtype || sizes.isEmpty() || sizes.size() != other.sizes.size()) {
      return false;
    }
    return IntStream.range(1, sizes.size())
        .allMatch(i -> sizes.get(i) < 0 || sizes.get(i).equals(other.sizes.get(i)));
  }

  /** The sizes with so many rows. */
  long[] withRows(int rows) {
    return LongStream.concat(LongStream.of(rows), sizes.stream().skip(1).mapToLong(Long::longValue))
        .toArray();
  }

  /** Such as {@code FLOAT32 [?, 28, 28]}. */
  @Override
  public String toString() {
    String type = dtype.name().replace("DT_", "").replaceAll("^FLOAT$", "FLOAT32");
    return type + " " + sizes.stream().map(size -> size < 0 ? "?" : Long.toString(size)).toList();
  }
}
