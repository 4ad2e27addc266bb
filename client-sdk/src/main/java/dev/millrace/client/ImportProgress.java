package dev.millrace.client;

/**
 * How much of an upload is sent.
 *
 * @param sentBytes bytes that were sent, those of earlier attempts included
 * @param totalBytes bytes of all files
 */
public record ImportProgress(long sentBytes, long totalBytes) {}
