package dev.millrace.server.training;

import java.nio.file.Path;

/**
 * Where one try of a job works.
 *
 * @param export does not exist; the try writes its SavedModel into it
 * @param checkpoints folder of the job's checkpoints, which earlier tries have left
 * @param logs folder of what people read: the log, and the events for TensorBoard
 * @param token the try's token, which tells its files from those of an earlier try that is not dead
 *     yet
 */
public record Workplace(Path export, Path checkpoints, Path logs, long token) {}
