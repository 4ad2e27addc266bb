package dev.millrace.server.fuzz;

import com.google.protobuf.ByteString;
import dev.millrace.v1.DataType;
import dev.millrace.v1.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes tensors that fit an input, and bends them until they do not. Confined to one thread. */
final class TensorMaker {
  private static final long[] BAD_SIZES = {
    0, -1, -2, 1L << 31, 1L << 32, 1L << 62, Long.MIN_VALUE, Long.MAX_VALUE, 65537, 1 << 30
  };

  private final Random random;
  private final StringMaker strings;
  private final boolean bytesAlone;

  /** Makes tensors in all forms. */
  TensorMaker(Random random) {
    this(random, false);
  }

  /**
   * A maker.
   *
   * @param bytesAlone true for tensors of bytes, and none of typed numbers
   */
  TensorMaker(Random random, boolean bytesAlone) {
    this.random = random;
    this.bytesAlone = bytesAlone;
    this.strings = new StringMaker(random);
  }

  Tensor.Builder fitting(Target.Input input) {
    Tensor.Builder tensor = Tensor.newBuilder().setDtype(input.dtype());
    long rows = random.nextInt(20) == 0 ? 1 + random.nextInt(300) : 1 + random.nextInt(4);
    if (input.anyRank()) {
      int rank = random.nextInt(30) == 0 ? random.nextInt(255) : random.nextInt(5);
      for (int i = 0; i < rank; i++) {
        tensor.addShape(rank > 5 ? 1 : 1 + random.nextInt(4));
      }
    }
    for (int i = 0; i < input.shape().size(); i++) {
      long size = input.shape().get(i);
      tensor.addShape(size >= 0 ? size : i == 0 ? rows : 1 + random.nextInt(40));
    }
    return fill(tensor);
  }

  /** Gives a tensor as many elements as its shape asks for, in a random form. */
  Tensor.Builder fill(Tensor.Builder tensor) {
    int count = Math.toIntExact(Math.min(1 << 20, Math.max(0, count(tensor.getShapeList()))));
    tensor.clearData().clearStrings().clearFloats().clearInts();
    if (tensor.getDtype() == DataType.DATA_TYPE_STRING) {
      for (int i = 0; i < count; i++) {
        tensor.addStrings(strings.next());
      }
      return tensor;
    }
    int form = bytesAlone ? 3 : random.nextInt(4);
    if (form == 0 && count < 5000) {
      for (int i = 0; i < count; i++) {
        tensor.addFloats(number());
      }
    } else if (form == 1 && count < 5000) {
      for (int i = 0; i < count; i++) {
        tensor.addInts(random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(2));
      }
    } else {
      tensor.setData(ByteString.copyFrom(bytes(count * size(tensor.getDtypeValue()))));
    }
    return tensor;
  }

  Tensor.Builder bend(Tensor.Builder tensor) {
    switch (random.nextInt(12)) {
      case 0 -> tensor.setDtypeValue(random.nextInt(4) == 0 ? random.nextInt() : anyDtype());
      case 1 -> fill(tensor.setDtypeValue(anyDtype()));
      case 2 -> tensor.addShape(random.nextInt(3));
      case 3 -> tensor.clearShape();
      case 4 -> setSize(tensor, BAD_SIZES[random.nextInt(BAD_SIZES.length)]);
      case 5 -> fill(setSize(tensor, random.nextInt(6)));
      case 6 -> addBadSizes(tensor);
      case 7 -> tensor.setData(tensor.getData().concat(ByteString.copyFrom(bytes(1))));
      case 8 -> tensor.setData(ByteString.copyFrom(bytes(random.nextInt(64))));
      case 9 -> tensor.addFloats(number()).addInts(random.nextLong());
      case 10 -> tensor.addStrings(strings.next());
      default -> tensor.clearData().clearStrings().clearFloats().clearInts();
    }
    return tensor;
  }

  private Tensor.Builder setSize(Tensor.Builder tensor, long size) {
    return tensor.getShapeCount() == 0
        ? tensor.addShape(size)
        : tensor.setShape(random.nextInt(tensor.getShapeCount()), size);
  }

  private void addBadSizes(Tensor.Builder tensor) {
    int more = random.nextInt(300);
    for (int i = 0; i < more; i++) {
      tensor.addShape(BAD_SIZES[random.nextInt(BAD_SIZES.length)]);
    }
  }

  /** A size of a dimension, seldom a good one. */
  long size() {
    return random.nextBoolean() ? random.nextInt(6) : BAD_SIZES[random.nextInt(BAD_SIZES.length)];
  }

  /** So many bytes, some of which mean infinities or no number. */
  byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    switch (random.nextInt(4)) {
      case 0 -> random.nextBytes(bytes);
      case 1 -> java.util.Arrays.fill(bytes, (byte) 0xFF);
      case 2 -> {
        // Infinities of FLOAT32.
        for (int i = 0; i + 3 < count; i += 4) {
          bytes[i + 2] = (byte) 0x80;
          bytes[i + 3] = (byte) (i % 8 == 0 ? 0x7F : 0xFF);
        }
      }
      default -> {}
    }
    return bytes;
  }

  private float number() {
    return switch (random.nextInt(6)) {
      case 0 -> Float.NaN;
      case 1 -> Float.POSITIVE_INFINITY;
      case 2 -> -Float.MAX_VALUE;
      case 3 -> Float.MIN_VALUE;
      default -> random.nextFloat();
    };
  }

  private int anyDtype() {
    return random.nextInt(26);
  }

  private static long count(List<Long> shape) {
    long count = 1;
    for (long size : new ArrayList<>(shape)) {
      count = size <= 0 || count > (1 << 20) / size ? 0 : count * size;
    }
    return count;
  }

  private static int size(int dtype) {
    return switch (dtype) {
      case 1, 3, 13, 22 -> 4;
      case 2, 8, 9, 23 -> 8;
      case 14, 15, 16, 17, 19, 5 -> 2;
      case 18 -> 16;
      default -> 1;
    };
  }
}
