package dev.millrace.client;

/**
 * A version that came by an upload.
 *
 * @param model id of the model
 * @param version the version number
 * @param digest SHA-256 of its manifest, in hexadecimal: the version's identity
 */
public record ImportedVersion(String model, long version, String digest) {}
