package dev.millrace.server.fuzz;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the server answered, and what it should not have. Thread-safe. */
final class FuzzReport {
  private static final int MOST_BYTES_SHOWN = 600;

  private final Map<String, Map<String, Integer>> codes = new TreeMap<>();
  private final List<String> findings = new ArrayList<>();
  private int requests;

  synchronized void add(String method, String code) {
    requests++;
    codes.computeIfAbsent(method, name -> new TreeMap<>()).merge(code, 1, Integer::sum);
  }

  synchronized void finding(String what, byte[] request) {
    if (findings.size() < 100) {
      findings.add(
          what
              + (request.length > MOST_BYTES_SHOWN
                  ? " [" + request.length + " bytes]"
                  : " " + Base64.getEncoder().encodeToString(request)));
    }
  }

  synchronized int requests() {
    return requests;
  }

  /** How often each code and reason was an answer, by method. */
  synchronized Map<String, Map<String, Integer>> codes() {
    Map<String, Map<String, Integer>> copy = new TreeMap<>();
    codes.forEach((method, counts) -> copy.put(method, new TreeMap<>(counts)));
    return copy;
  }

  synchronized List<String> findings() {
    return List.copyOf(findings);
  }

  @Override
  public synchronized String toString() {
    StringBuilder text = new StringBuilder(requests + " requests");
    codes.forEach(
        (method, counts) -> text.append("\n  ").append(method).append(' ').append(counts));
    findings.forEach(finding -> text.append("\nFOUND ").append(finding));
    return text.toString();
  }
}
