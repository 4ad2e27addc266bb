package dev.millrace.server.security.permission;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.util.List;

/** What health and reflection need. Stateless. */
final class PlatformRules {
  private static final String MODEL = "models/";

  private PlatformRules() {}

  static void addTo(PermissionTable.Builder table) {
    Rule health =
        new Rule.PublicUnlessModels<>(
            HealthCheckRequest.class,
            request ->
                request.getService().startsWith(MODEL)
                    ? List.of(request.getService().substring(MODEL.length()))
                    : List.of(),
            model -> "unknown service " + MODEL + model);
    table.add(HealthGrpc.getCheckMethod(), health);
    table.add(HealthGrpc.getWatchMethod(), health);
    // Descriptors are public; which of them are served here need not be.
    table.add("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", new Rule.AnyCaller());
    table.add(
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", new Rule.AnyCaller());
  }
}
