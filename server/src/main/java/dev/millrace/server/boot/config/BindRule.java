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
   * @throws ConfigurationException if one reaches beyond this machine, or is none
   */
  public static void check(ServeOptions options) {
    check("host", options.host(), options.insecure());
    check("management-host", options.managementHost(), options.insecure());
  }

  private static void check(String option, String host, boolean insecure) {
    try {
      if (!insecure && !InetAddress.getByName(host).isLoopbackAddress()) {
        throw new ConfigurationException(
            "refusing to listen on "
                + host
                + " without authentication; use --"
                + option
                + " 127.0.0.1, or --insecure if everybody who can reach this address may do everything");
      }
    } catch (UnknownHostException unknown) {
      throw new ConfigurationException(option + " '" + host + "' is no address of this machine");
    }
  }
}
