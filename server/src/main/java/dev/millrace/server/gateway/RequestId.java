package dev.millrace.server.gateway;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The id of a request: the caller's own, where it has a harmless form, or one made up. It is in the
 * answer's header and in errors. Stateless.
 */
public final class RequestId {
  /** The header that it travels in. */
  public static final String HEADER = "x-request-id";

  private static final AttributeKey<String> ID = AttributeKey.valueOf(RequestId.class, "ID");
  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private RequestId() {}

  /** The id of a request; empty before the door has given it one. */
  public static String of(ServiceRequestContext context) {
    String id = context.attr(ID);
    return id == null ? "" : id;
  }

  static String give(ServiceRequestContext context, Supplier<String> ids) {
    String id = choose(context.request().headers(), ids);
    context.setAttr(ID, id);
    context.setAdditionalResponseHeader(HEADER, id);
    return id;
  }

  static String choose(@Nullable RequestHeaders headers, Supplier<String> ids) {
    String own = headers == null ? null : headers.get(HEADER);
    return own != null && HARMLESS.matcher(own).matches() ? own : ids.get();
  }
}
