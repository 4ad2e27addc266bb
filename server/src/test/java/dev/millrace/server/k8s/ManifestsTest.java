package dev.millrace.server.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.testing.Command;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ManifestsTest {
  private static final Path K8S = Path.of("..", "k8s").toAbsolutePath().normalize();

  private final StrictManifests manifests = new StrictManifests();

  @BeforeAll
  static void requireKubectl() {
    Command.assumeInstalled("kubectl");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/local", "overlays/tls"})
  void manifests_rendered_haveNoFieldThatKubernetesLacks(String folder) throws Exception {
    List<HasMetadata> documents = render(folder);
    assertThat(documents).hasSize(8);
    for (HasMetadata document : documents) {
      assertThat(manifests.unknownFields(document)).isEmpty();
    }
  }

  @Test
  void strictParse_misspeltFields_areFoundAtAnyDepth() {
    HasMetadata misspelt =
        manifests
            .parse(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: x}
                spec:
                  replica: 2
                  template:
                    spec:
                      containers:
                        - name: x
                          readinesProbe: {grpc: {port: 1}}
                """)
            .get(0);
    assertThat(manifests.unknownFields(misspelt))
        .containsExactlyInAnyOrder(
            "Deployment.Spec.replica", "Deployment.Spec.Template.Spec.Containers[].readinesProbe");
  }

  @Test
  void strictParse_wrongType_isRefused() {
    assertThatThrownBy(
            () ->
                manifests.parse(
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: many}"))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void deployment_pod_isRestrictedAndProbed() throws Exception {
    PodSpec pod = pod(render("base"));
    assertThat(pod.getEnableServiceLinks()).isFalse();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    Container container = pod.getContainers().get(0);
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getStartupProbe().getGrpc().getPort()).isEqualTo(8500);
    assertThat(container.getReadinessProbe().getGrpc().getPort()).isEqualTo(8500);
    assertThat(container.getLivenessProbe().getGrpc().getService()).isEqualTo("liveness");
    assertThat(container.getImage()).matches("millrace:[0-9.]+");
  }

  @Test
  void deployment_environment_isWhatTheServerUnderstands() throws Exception {
    for (String folder : List.of("base", "overlays/local", "overlays/tls")) {
      PodSpec pod = pod(render(folder));
      Map<String, String> environment =
          pod.getContainers().get(0).getEnv().stream()
              .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
      ServeOptions options = OptionSources.merge(Map.of(), environment, "");
      assertThat(options.insecure()).isTrue();
      assertThat(options.drainDelay().plus(options.drainTimeout()).toSeconds())
          .isLessThan(pod.getTerminationGracePeriodSeconds());
    }
  }

  @Test
  void component_tls_showsTheMountedSecretAndIsProbedOverHttps() throws Exception {
    Container container = pod(render("overlays/tls")).getContainers().get(0);
    List<String> folders =
        container.getVolumeMounts().stream().map(mount -> mount.getMountPath() + "/").toList();
    for (String variable : List.of("MILLRACE_TLS_CERTIFICATE", "MILLRACE_TLS_KEY")) {
      assertThat(container.getEnv())
          .anyMatch(
              given ->
                  given.getName().equals(variable)
                      && folders.stream().anyMatch(given.getValue()::startsWith));
    }
    for (Probe probe :
        List.of(
            container.getStartupProbe(),
            container.getReadinessProbe(),
            container.getLivenessProbe())) {
      assertThat(probe.getGrpc()).isNull();
      assertThat(probe.getHttpGet().getScheme()).isEqualTo("HTTPS");
      assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("management");
    }
  }

  @Test
  void everything_thatPointsAtThePod_findsIt() throws Exception {
    List<HasMetadata> documents = render("base");
    Deployment deployment = one(documents, Deployment.class);
    Map<String, String> labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
    assertThat(labels).containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels());
    assertThat(labels)
        .containsAllEntriesOf(
            one(documents, PodDisruptionBudget.class).getSpec().getSelector().getMatchLabels())
        .containsAllEntriesOf(
            one(documents, NetworkPolicy.class).getSpec().getPodSelector().getMatchLabels());
    List<String> ports =
        deployment.getSpec().getTemplate().getSpec().getContainers().get(0).getPorts().stream()
            .map(port -> port.getName() + " " + port.getContainerPort())
            .toList();
    assertThat(ports).containsExactly("grpc 8500", "http 8501", "management 8502");
    List<Service> services =
        documents.stream().filter(Service.class::isInstance).map(Service.class::cast).toList();
    assertThat(services).hasSize(2);
    for (Service service : services) {
      assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
      service
          .getSpec()
          .getPorts()
          .forEach(
              port ->
                  assertThat(ports)
                      .contains(port.getTargetPort().getStrVal() + " " + port.getPort()));
    }
    assertThat(
            one(documents, HorizontalPodAutoscaler.class).getSpec().getScaleTargetRef().getName())
        .isEqualTo(deployment.getMetadata().getName());
    PodSpec pod = pod(documents);
    assertThat(pod.getServiceAccountName())
        .isEqualTo(one(documents, ServiceAccount.class).getMetadata().getName());
    assertThat(pod.getVolumes())
        .anyMatch(
            volume ->
                volume.getPersistentVolumeClaim() != null
                    && volume
                        .getPersistentVolumeClaim()
                        .getClaimName()
                        .equals(
                            one(documents, PersistentVolumeClaim.class).getMetadata().getName()));
  }

  @Test
  void dockerfile_portsAndUser_areThoseOfTheDeployment() throws Exception {
    String dockerfile = Files.readString(K8S.resolve("Dockerfile"));
    PodSpec pod = pod(render("base"));
    assertThat(dockerfile)
        .contains("EXPOSE 8500 8501 8502", "USER " + pod.getSecurityContext().getRunAsUser() + ":");
    pod.getContainers()
        .get(0)
        .getVolumeMounts()
        .forEach(
            mount -> {
              if (!mount.getMountPath().equals("/tmp")) {
                assertThat(dockerfile).contains("\"" + mount.getMountPath() + "\"");
              }
            });
  }

  private List<HasMetadata> render(String folder) throws Exception {
    Command kubectl = Command.run(K8S, List.of("kubectl", "kustomize", folder));
    assertThat(kubectl.exitCode()).as(kubectl.err()).isZero();
    return manifests.parse(kubectl.out());
  }

  private static PodSpec pod(List<HasMetadata> documents) {
    return one(documents, Deployment.class).getSpec().getTemplate().getSpec();
  }

  private static <T> T one(List<HasMetadata> documents, Class<T> type) {
    List<T> found = documents.stream().filter(type::isInstance).map(type::cast).toList();
    assertThat(found).as(type.getSimpleName()).hasSize(1);
    return found.get(0);
  }
}
