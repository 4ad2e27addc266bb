package dev.millrace.server.telemetry;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * gRPC health: {@code ""} and each service's name for the server, {@code models/<model>} for each
 * model, and {@code liveness}, which is SERVING for as long as the process answers. Thread-safe.
 */
public final class HealthReporter implements CatalogListener {
  private static final String LIVENESS = "liveness";

  private final HealthStatusManager health = new HealthStatusManager();
  private final List<String> services;
  private final Set<VersionId> available = new HashSet<>();
  private boolean draining;

  /**
   * Reports the server as not serving yet.
   *
   * @param services full names of the gRPC services
   */
  public HealthReporter(List<String> services) {
    this.services = List.copyOf(services);
    setServer(ServingStatus.NOT_SERVING);
    health.setStatus(LIVENESS, ServingStatus.SERVING);
  }

  /** The service to add to the server. */
  public BindableService service() {
    return health.getHealthService();
  }

  /** The server takes requests from now on. */
  public synchronized void ready() {
    if (!draining) {
      setServer(ServingStatus.SERVING);
    }
  }

  /** The server and all models stop to take requests, for good. */
  public synchronized void drain() {
    draining = true;
    setServer(ServingStatus.NOT_SERVING);
    available.stream()
        .map(VersionId::model)
        .distinct()
        .forEach(model -> health.setStatus(model.resource(), ServingStatus.NOT_SERVING));
  }

  @Override
  public synchronized void onChange(VersionStatus status) {
    ModelName model = status.id().model();
    if (status.state() == VersionState.AVAILABLE) {
      available.add(status.id());
    } else {
      available.remove(status.id());
    }
    boolean serving =
        !draining && available.stream().anyMatch(version -> version.model().equals(model));
    health.setStatus(model.resource(), serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  private void setServer(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    services.forEach(service -> health.setStatus(service, status));
  }
}
