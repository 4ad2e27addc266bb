package dev.millrace.server.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reads manifests into Kubernetes' own types and finds every field that those do not have. */
final class StrictManifests {
  private final KubernetesSerialization serialization = new KubernetesSerialization();

  /** The documents of a stream of YAML. */
  List<HasMetadata> parse(String yaml) {
    List<HasMetadata> documents = new ArrayList<>();
    for (String document : yaml.split("(?m)^---\\s*$")) {
      if (!document.isBlank()) {
        documents.add((HasMetadata) serialization.unmarshal(document));
      }
    }
    return documents;
  }

  /** Paths of the fields that Kubernetes does not know. */
  List<String> unknownFields(HasMetadata document) {
    List<String> unknown = new ArrayList<>();
    walk(document.getKind(), document, unknown);
    return unknown;
  }

  private void walk(String path, Object value, List<String> unknown) {
    if (value instanceof Collection<?> items) {
      items.forEach(item -> walk(path + "[]", item, unknown));
    } else if (value instanceof KubernetesResource) {
      for (Method getter : getters(value.getClass())) {
        Object field = read(getter, value);
        if (getter.getName().equals("getAdditionalProperties")) {
          ((Map<?, ?>) field).keySet().forEach(key -> unknown.add(path + "." + key));
        } else if (field != null) {
          walk(path + "." + getter.getName().substring(3), field, unknown);
        }
      }
    }
  }

  private static List<Method> getters(Class<?> type) {
    return Arrays.stream(type.getMethods())
        .filter(method -> method.getName().startsWith("get"))
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> method.getDeclaringClass() != Object.class)
        .toList();
  }

  private static Object read(Method getter, Object object) {
    try {
      return getter.invoke(object);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }
}
