package dev.millrace.server.gateway;

import com.google.rpc.Status;
import com.linecorp.armeria.common.HttpResponse;

/**
 * A service whose clients expect errors in a form of their own wire, also those that the door finds
 * before the service is asked. Thread-safe.
 */
public interface ErrorForm {
  /** The answer of a status. */
  HttpResponse response(Status status);
}
