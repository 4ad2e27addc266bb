package dev.millrace.server.audit;

import java.util.Optional;

/**
 * A line as it lies in a file.
 *
 * @param file name of the file
 * @param number its place in the file, from 1
 * @param bytes without the line feed
 * @param line what it says; empty if no server wrote it
 */
public record KeptLine(String file, int number, byte[] bytes, Optional<AuditLine> line) {
  /** The line that these bytes make. */
  static KeptLine of(String file, int number, byte[] bytes) {
    return new KeptLine(file, number, bytes, AuditLine.parse(bytes));
  }

  /** The hash that the next line must hold. */
  String hash() {
    return AuditLine.hash(bytes);
  }

  /** The place in the log that it stands for. */
  public AuditMark mark() {
    return new AuditMark(Math.max(0, sequence()), hash());
  }

  /** Its number in the log; -1 if it has none. */
  long sequence() {
    return line.map(AuditLine::sequence).orElse(-1L);
  }

  /** The hash that it holds; empty if it has none. */
  String previous() {
    return line.map(AuditLine::previous).orElse("");
  }

  /** Where it is, in words. */
  public String place() {
    return file + ":" + number;
  }
}
