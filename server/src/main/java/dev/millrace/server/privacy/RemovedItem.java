package dev.millrace.server.privacy;

/**
 * Something that was removed with a dataset.
 *
 * @param place where it was, such as {@code datasets}
 * @param name a file's name, or a resource
 * @param bytes its size; 0 where it is not known
 * @param sha256 of a file, in hexadecimal; empty for what was no whole file
 */
public record RemovedItem(String place, String name, long bytes, String sha256) {}
