package dev.millrace.server.gateway.v1;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.linecorp.armeria.common.HttpMethod;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;

/**
 * One path of one call of the native API.
 *
 * @param verb the method of HTTP
 * @param path its path
 * @param wholeBody true when the body is the request; otherwise the query is
 * @param method the call, as protobuf describes it
 * @param call the call, as gRPC makes it
 */
record NativeRoute(
    HttpMethod verb,
    PathTemplate path,
    boolean wholeBody,
    MethodDescriptor method,
    io.grpc.MethodDescriptor<?, ?> call) {
  /** The routes of services, in the order of their annotations; calls without one have none. */
  static List<NativeRoute> of(List<ServiceDescriptor> services) {
    List<NativeRoute> routes = new ArrayList<>();
    for (ServiceDescriptor service : services) {
      for (io.grpc.MethodDescriptor<?, ?> call : service.getMethods()) {
        if (call.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier) {
          MethodDescriptor method = supplier.getMethodDescriptor();
          HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
          if (rule.getPatternCase() != HttpRule.PatternCase.PATTERN_NOT_SET) {
            routes.add(of(rule, method, call));
            rule.getAdditionalBindingsList()
                .forEach(binding -> routes.add(of(binding, method, call)));
          }
        }
      }
    }
    return List.copyOf(routes);
  }

  private static NativeRoute of(
      HttpRule rule, MethodDescriptor method, io.grpc.MethodDescriptor<?, ?> call) {
    HttpMethod verb =
        switch (rule.getPatternCase()) {
          case GET -> HttpMethod.GET;
          case PUT -> HttpMethod.PUT;
          case POST -> HttpMethod.POST;
          case DELETE -> HttpMethod.DELETE;
          default -> throw new IllegalArgumentException("no path of " + method.getFullName());
        };
    String path =
        switch (rule.getPatternCase()) {
          case GET -> rule.getGet();
          case PUT -> rule.getPut();
          case POST -> rule.getPost();
          default -> rule.getDelete();
        };
    return new NativeRoute(
        verb, PathTemplate.parse(path), rule.getBody().equals("*"), method, call);
  }

  /** True for its method, and for HEAD where that is GET; a stream's headers tell nothing. */
  boolean takes(HttpMethod asked) {
    return asked == verb || asked == HttpMethod.HEAD && verb == HttpMethod.GET && !isStream();
  }

  boolean isStream() {
    return method.isServerStreaming();
  }
}
