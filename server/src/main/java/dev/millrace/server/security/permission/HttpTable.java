package dev.millrace.server.security.permission;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Permission;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What each route of HTTP needs, by the pattern by which the HTTP library found it: what is checked
 * is what will run, however the path was written. The wires' own routes let in every known caller,
 * and the call that a request becomes is checked with its message. Immutable.
 */
public final class HttpTable {
  private static final String CONSOLE = "/console/";
  private static final Rule OPEN = new Rule.Public();
  private static final SortedMap<String, Rule> RULES = rules();
  // Probes of the wires, at routes that they share with all else.
  private static final Set<String> PROBES = Set.of("/v2/health/live", "/v2/health/ready");

  private final PermissionTable calls;

  /** Routes beside those of gRPC, which need what their call needs. */
  public HttpTable(PermissionTable calls) {
    this.calls = calls;
  }

  private static SortedMap<String, Rule> rules() {
    SortedMap<String, Rule> rules = new TreeMap<>();
    List.of("/", "/favicon.ico", "/healthz/live", "/healthz/ready")
        .forEach(path -> rules.put(path, OPEN));
    List.of("/api", "/api/", "/api/api.js", "/api/api.css").forEach(path -> rules.put(path, OPEN));
    List.of("/api/v1", "/api/v1/", "/api/v1/openapi.json").forEach(path -> rules.put(path, OPEN));
    rules.put("/api/v1/*", new Rule.AnyCaller());
    rules.put("(?i)^/v1/.*$", new Rule.AnyCaller());
    rules.put("^/v2(?:/.*)?$", new Rule.AnyCaller());
    rules.put("/monitoring/prometheus/metrics", new Rule.Everywhere(Permission.VIEW));
    return Collections.unmodifiableSortedMap(rules);
  }

  /** The routes that are no call's, and what they need. */
  public SortedMap<String, Rule> routes() {
    return RULES;
  }

  /** What a route needs; null without an entry. */
  public @Nullable Rule rule(String pattern) {
    if (pattern.startsWith(CONSOLE)) {
      return OPEN;
    }
    Rule own = RULES.get(pattern);
    return own == null && pattern.startsWith("/") ? calls.rules().get(pattern.substring(1)) : own;
  }

  /** True when a request needs no credentials, which are not looked at then. */
  public boolean isPublic(String pattern, String path) {
    return rule(pattern) instanceof Rule.Public || PROBES.contains(path);
  }

  /**
   * Checks a request before its body is read.
   *
   * @param pattern of the route that will answer; empty when there is none, which a known caller
   *     may be told
   * @param path as the route will read it
   * @throws dev.millrace.server.model.ServingException CREDENTIALS_MISSING or PERMISSION_MISSING
   */
  public void enter(String pattern, String path, Caller caller) {
    if (isPublic(pattern, path)) {
      return;
    }
    PermissionTable.enter(pattern.isEmpty() ? new Rule.AnyCaller() : rule(pattern), caller);
  }
}
