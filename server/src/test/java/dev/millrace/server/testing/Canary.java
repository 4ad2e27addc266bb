package dev.millrace.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * A record that nobody else has, a text or a row of pixels, and the forms in which it may turn up:
 * as it is, as base64 at any alignment, as UTF-16, and pixels as floats, in binary and as decimals.
 */
public final class Canary {
  private static final int PART = 24;

  private final String name;
  private final List<byte[]> forms = new ArrayList<>();

  private Canary(String name) {
    this.name = name;
  }

  /** A marked text of at least 14 characters. */
  public static Canary ofText(String mark) {
    Canary canary = new Canary("text " + mark);
    canary.add(mark.getBytes(StandardCharsets.UTF_8));
    canary.forms.add(mark.getBytes(StandardCharsets.UTF_16LE));
    return canary;
  }

  /** A marked row of at least 28 pixels. */
  public static Canary ofPixels(byte[] row) {
    Canary canary = new Canary("pixels");
    canary.add(row);
    ByteBuffer floats = ByteBuffer.allocate(8 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    StringBuilder decimals = new StringBuilder();
    for (int i = 4; i < 12; i++) {
      floats.putFloat((row[i] & 0xff) / 255f);
      decimals.append(decimals.isEmpty() ? "" : ",").append((row[i] & 0xff) / 255f);
    }
    canary.add(floats.array());
    canary.forms.add(decimals.toString().getBytes(StandardCharsets.US_ASCII));
    canary.forms.add(decimals.toString().replace(",", ", ").getBytes(StandardCharsets.US_ASCII));
    return canary;
  }

  private void add(byte[] mark) {
    forms.add(Arrays.copyOf(mark, Math.min(PART, mark.length)));
    for (int skipped = 0; skipped < 3; skipped++) {
      int length = (Math.min(PART, mark.length) - skipped) / 3 * 3;
      forms.add(Base64.getEncoder().encode(Arrays.copyOfRange(mark, skipped, skipped + length)));
    }
  }

  /** True when it is there in one of its forms. */
  public boolean isIn(byte[] bytes) {
    return forms.stream().anyMatch(form -> contains(bytes, form));
  }

  /** True when it is there in one of its forms. */
  public boolean isIn(String text) {
    return isIn(text.getBytes(StandardCharsets.ISO_8859_1))
        || isIn(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The files below a folder that it is in, by their paths within it. */
  public List<String> hunt(Path folder) {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (isIn(Files.readAllBytes(file))) {
          found.add(folder.relativize(file).toString());
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return found;
  }

  private static boolean contains(byte[] bytes, byte[] form) {
    for (int i = 0; i <= bytes.length - form.length; i++) {
      if (bytes[i] == form[0] && Arrays.equals(bytes, i, i + form.length, form, 0, form.length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return name;
  }
}
