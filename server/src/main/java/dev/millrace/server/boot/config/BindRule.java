package dev.millrace.server.boot.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Refuses to listen beyond this machine while nobody is authenticated, unless that is said aloud.
 */
public final class BindRule {
  private BindRule() {}

  /**
   * Checks both addresses.
   *
   * @param authenticated true when callers must say who they are
   * @throws ConfigurationException if one reaches beyond this machine, or is none
   */
  public static void check(ServeOptions options, boolean authenticated) {
    boolean allowed = authenticated || options.insecure();
    check("host", options.host(), allowed);
    check("management-host", options.managementHost(), allowed);
  }

  /** True when something beyond this machine can reach the server. */
  public static boolean isReachable(ServeOptions options) {
    return isBeyond("host", options.host())
        || isBeyond("management-host", options.managementHost());
  }

  private static void check(String option, String host, boolean allowed) {
    boolean beyond = isBeyond(option, host);
    if (beyond && !allowed) {
      throw new ConfigurationException(
          "refusing to listen on "
              + host
              + " without authentication; make a key ('millrace keys create'), use --"
              + option
              + " 127.0.0.1, or --insecure if everybody who can reach this address may do everything");
    }
  }

  private static boolean isBeyond(String option, String host) {
    try {
      return !InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      throw new ConfigurationException(option + " '" + host + "' is no address of this machine");
    }
  }
}
