package dev.millrace.server.gate;

import dev.millrace.server.model.VersionId;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Makes versions champions without a person. Thread-safe. */
public interface Promoter {
  /**
   * Loads the version if it is not, and makes it the champion; on another thread.
   *
   * @param from number of the champion that it was judged against; 0 for none
   * @param reason why, for the history
   * @param evidence what it was decided on
   * @return complete once it is the champion; or a {@link
   *     dev.millrace.server.model.ServingException}: SUPERSEDED when another is the champion by now
   */
  CompletionStage<Void> promote(
      VersionId id, long from, String reason, Map<String, String> evidence);
}
