package dev.millrace.server.fuzz;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the server answered, and what it should not have. Thread-safe. */
final class FuzzReport {
  private static final int MOST_BYTES_SHOWN = 600;

  private final Map<String, Integer> codes = new TreeMap<>();
  private final List<String> findings = new ArrayList<>();
  private int requests;

  synchronized void add(String code) {
    requests++;
    codes.merge(code, 1, Integer::sum);
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

  synchronized Map<String, Integer> codes() {
    return new TreeMap<>(codes);
  }

  synchronized List<String> findings() {
    return List.copyOf(findings);
  }

  @Override
  public synchronized String toString() {
    StringBuilder text = new StringBuilder(requests + " requests " + codes);
    findings.forEach(finding -> text.append("\nFOUND ").append(finding));
    return text.toString();
  }
}
