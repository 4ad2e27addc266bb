package dev.millrace.server.protocol.audit;

import com.google.protobuf.Message;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is written down of a method's calls.
 *
 * @param target path of the request's field that names what is changed
 * @param details paths of further fields, whose last part is the detail's name
 * @param result path of the answer's field that names what was made; empty where the target does
 */
record AuditedMethod(String target, List<String> details, String result) {
  AuditedMethod {
    details = List.copyOf(details);
  }

  static AuditedMethod of(String target, String... details) {
    return new AuditedMethod(target, List.of(details), "");
  }

  AuditedMethod making(String path) {
    return new AuditedMethod(target, details, path);
  }

  String targetOf(Object request) {
    return request instanceof Message message ? FieldWords.of(message, target) : "";
  }

  String resultOf(Object answer) {
    return result.isEmpty() || !(answer instanceof Message message)
        ? ""
        : FieldWords.of(message, result);
  }

  /** The details that a request has, by name. */
  SortedMap<String, String> detailsOf(Object request) {
    SortedMap<String, String> found = new TreeMap<>();
    if (request instanceof Message message) {
      for (String path : details) {
        String words = FieldWords.of(message, path);
        if (!words.isEmpty()) {
          found.put(path.substring(path.lastIndexOf('.') + 1), words);
        }
      }
    }
    return found;
  }
}
