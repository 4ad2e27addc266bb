package dev.millrace.server.gateway.kserve;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;

/** Errors of this wire. Stateless. */
final class Refusals {
  private Refusals() {}

  static ServingException malformed(String text) {
    return new ServingException(ErrorReason.REQUEST_MALFORMED, text);
  }

  static ServingException unsupported(String text) {
    return new ServingException(ErrorReason.UNSUPPORTED, text);
  }

  static ServingException unparsed(String key) {
    return malformed("Unable to parse '" + key + "'");
  }

  static ServingException unparsed(String key, String why) {
    return malformed("Unable to parse '" + key + "': " + why);
  }
}
