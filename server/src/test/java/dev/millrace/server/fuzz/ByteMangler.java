package dev.millrace.server.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/** Damages encoded messages. Confined to one thread. */
final class ByteMangler {
  private static final int START_GROUP = 3;

  private final Random random;

  ByteMangler(Random random) {
    this.random = random;
  }

  byte[] mangle(byte[] message) {
    if (message.length == 0) {
      return message;
    }
    byte[] copy = message.clone();
    int place = random.nextInt(Math.min(copy.length, 200));
    switch (random.nextInt(10)) {
      case 0 -> {
        return Arrays.copyOf(copy, random.nextInt(copy.length));
      }
      case 1, 2 -> copy[place] ^= (byte) (1 << random.nextInt(8));
      case 3 -> copy[random.nextInt(copy.length)] = (byte) random.nextInt();
      case 4 -> copy[place] = (byte) ((copy[place] & ~7) | random.nextInt(8));
      case 5 -> {
        return join(copy, nested(1 + random.nextInt(300)));
      }
      case 6 -> {
        return join(copy, groups(1 + random.nextInt(5000)));
      }
      case 7 -> {
        return join(copy, copy);
      }
      case 8 -> {
        byte[] noise = new byte[random.nextInt(300)];
        random.nextBytes(noise);
        return random.nextBoolean() ? noise : join(copy, noise);
      }
      default -> {
        byte[] varint = new byte[1 + random.nextInt(12)];
        Arrays.fill(varint, (byte) 0xFF);
        return join(Arrays.copyOf(copy, place), varint);
      }
    }
    return copy;
  }

  /** An unknown field in an unknown field, and so on. */
  private static byte[] nested(int depth) {
    byte[] inner = {8, 1};
    for (int i = 0; i < depth; i++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(15 << 3 | 2);
      int length = inner.length;
      while (length >= 0x80) {
        out.write(length & 0x7F | 0x80);
        length >>>= 7;
      }
      out.write(length);
      out.writeBytes(inner);
      inner = out.toByteArray();
    }
    return inner;
  }

  private static byte[] groups(int depth) {
    byte[] groups = new byte[depth];
    Arrays.fill(groups, (byte) (15 << 3 | START_GROUP));
    return groups;
  }

  private static byte[] join(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}
