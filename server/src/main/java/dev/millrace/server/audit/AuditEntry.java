package dev.millrace.server.audit;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who did what to what. Immutable.
 *
 * @param caller who asked, or {@link #SERVER}
 * @param request id of the request, the same in all lines of one call
 * @param action what, such as {@code millrace.v1.ModelService/Promote}
 * @param target to what, such as {@code models/mnist/versions/3}; empty where it is not known
 * @param decision what came of it
 * @param reason why it was not done, as a word in capitals; empty otherwise
 * @param details more of it, by name; never what was asked of a model or learned from
 */
public record AuditEntry(
    String caller,
    String request,
    String action,
    String target,
    Decision decision,
    String reason,
    SortedMap<String, String> details) {
  /** The caller of what the server does by itself. */
  public static final String SERVER = "millrace";

  private static final int LONGEST = 300;
  private static final int MOST_DETAILS = 20;

  /** Copies the map, and shortens what is longer than 300 characters. */
  public AuditEntry {
    caller = shortened(caller);
    request = shortened(request);
    action = shortened(action);
    target = shortened(target);
    reason = shortened(reason);
    SortedMap<String, String> kept = new TreeMap<>();
    for (Map.Entry<String, String> detail : details.entrySet()) {
      if (kept.size() < MOST_DETAILS) {
        kept.put(shortened(detail.getKey()), shortened(detail.getValue()));
      }
    }
    details = Collections.unmodifiableSortedMap(kept);
  }

  /** What the server did by itself. */
  public static AuditEntry byServer(
      String action, String target, Decision decision, Map<String, String> details) {
    return new AuditEntry(SERVER, "", action, target, decision, "", new TreeMap<>(details));
  }

  /** The same with what came of it, and what it is known to be about by now. */
  public AuditEntry ended(Decision outcome, String why, String about) {
    return new AuditEntry(
        caller, request, action, about.isEmpty() ? target : about, outcome, why, details);
  }

  private static String shortened(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
  }
}
