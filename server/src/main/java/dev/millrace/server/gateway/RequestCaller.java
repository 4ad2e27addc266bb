package dev.millrace.server.gateway;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.model.Admitted;
import dev.millrace.server.model.CertificateNames;
import dev.millrace.server.model.Credentials;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/** Who makes a request: found out once, at the door, and kept with the request. Stateless. */
public final class RequestCaller {
  private static final AttributeKey<Admitted> CALLER =
      AttributeKey.valueOf(RequestCaller.class, "CALLER");

  private RequestCaller() {}

  /** Who makes the request of the present thread; null outside of requests. */
  public static @Nullable Admitted current() {
    ServiceRequestContext context = ServiceRequestContext.currentOrNull();
    return context == null ? null : context.attr(CALLER);
  }

  /** Who makes a request that the door has let in. */
  static Admitted of(ServiceRequestContext context) {
    Admitted admitted = context.attr(CALLER);
    return admitted == null ? Admitted.NOBODY : admitted;
  }

  /** Lets a request in, or throws what the admission does. */
  static void admit(ServiceRequestContext context, Admission admission) {
    boolean nowhere = context.config().route().isFallback();
    String route = nowhere ? "" : context.config().route().patternString();
    String path = context.path();
    Credentials shown = credentials(context);
    context.setAttr(
        CALLER,
        new Admitted(
            admission.admit(route, path, shown), () -> admission.admit(route, path, shown)));
  }

  private static Credentials credentials(ServiceRequestContext context) {
    RequestHeaders headers = context.request().headers();
    return new Credentials(
        context.remoteAddress().getAddress().getHostAddress(),
        headers.get(Credentials.AUTHORIZATION, ""),
        headers.get(Credentials.API_KEY, ""),
        () -> CertificateNames.of(context.sslSession()));
  }
}
