package dev.millrace.server.repository;

/**
 * One file of a version.
 *
 * @param path relative to the version's folder, with {@code /} between names
 * @param size in bytes
 * @param sha256 in hexadecimal
 */
public record FileEntry(String path, long size, String sha256) {}
