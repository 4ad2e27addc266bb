package dev.millrace.server.gateway;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts' names, and which pages, may send requests. A page of any site can have a browser
 * send requests to this machine, and by a name of its own that it points here it can read the
 * answers; so names must be known, and pages be our own. Immutable.
 *
 * @param hosts names that the server is called by, beside addresses and {@code localhost}; empty to
 *     take every name when it listens beyond this machine
 * @param origins pages of other origins that may call, such as {@code https://app.example.org}
 * @param loopback true when the server listens on this machine alone
 */
public record Origins(Set<String> hosts, Set<String> origins, boolean loopback) {
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:.%]+]");

  /** Copies the sets. */
  public Origins {
    hosts = Set.copyOf(hosts);
    origins = Set.copyOf(origins);
  }

  /** True when a request to this authority ({@code host:port}) is meant for this server. */
  boolean knowsHost(@Nullable String authority) {
    if (authority == null) {
      return false;
    }
    String host = hostOf(authority);
    return (hosts.isEmpty() && !loopback)
        || host.equals("localhost")
        || ADDRESS.matcher(host).matches()
        || hosts.contains(host);
  }

  /** True when a page of this origin is the server's own. */
  boolean isOwn(String origin, @Nullable String authority) {
    return authority != null
        && (origin.equalsIgnoreCase("http://" + authority)
            || origin.equalsIgnoreCase("https://" + authority));
  }

  /** True when a page of another origin may call. */
  boolean allows(String origin) {
    return origins.contains(origin);
  }

  private static String hostOf(String authority) {
    String lower = authority.toLowerCase(Locale.ROOT);
    int colon = lower.lastIndexOf(':');
    boolean port = colon >= 0 && colon > lower.lastIndexOf(']');
    return port ? lower.substring(0, colon) : lower;
  }
}
