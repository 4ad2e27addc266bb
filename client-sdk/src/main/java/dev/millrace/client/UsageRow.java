package dev.millrace.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a group used. What rows are not told apart by is empty or 0.
 *
 * @param time when its hour or day begins
 * @param caller who; {@code (server)} for the server itself
 * @param model id of the model
 * @param version number of the version; 0 for a training
 * @param requests predictions that were answered
 * @param examples rows of theirs
 * @param bytesIn bytes of their tensors
 * @param bytesOut bytes of the answers' tensors
 * @param computeTime time of workers that runs took
 * @param trainingTime time that training jobs ran
 * @param savedTime time of workers that the cache saved, as estimated
 * @param cost what it comes to, in the report's currency
 */
public record UsageRow(
    Optional<Instant> time,
    String caller,
    String model,
    long version,
    long requests,
    long examples,
    long bytesIn,
    long bytesOut,
    Duration computeTime,
    Duration trainingTime,
    Duration savedTime,
    double cost) {}
