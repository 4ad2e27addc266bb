package dev.millrace.server.training;

/**
 * The right to run a job once. Each claim of a job has a higher token than the one before, so that
 * whatever an earlier run still says can be told from the present one's and refused (a fencing
 * token).
 *
 * @param job the job's id
 * @param token 1 for the job's first claim, then more each time
 */
public record Claim(String job, long token) {}
