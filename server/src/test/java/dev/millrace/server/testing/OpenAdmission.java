package dev.millrace.server.testing;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.protocol.Admission;

/** Lets every call in, under one name, so that what the service itself does is tried. */
public final class OpenAdmission implements Admission {
  @Override
  public Caller admit(String method, Credentials shown) {
    return new Caller("somebody", Access.ALL);
  }

  @Override
  public void admit(String method, Caller caller) {
    // Let in.
  }

  @Override
  public void check(String method, Caller caller, Object message) {
    // As before.
  }
}
