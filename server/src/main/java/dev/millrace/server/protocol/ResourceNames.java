package dev.millrace.server.protocol;

import java.util.Map;

/** Names of resources, made from the metadata that errors carry. */
final class ResourceNames {
  private ResourceNames() {}

  /** The name of what is not there; empty where the metadata does not tell. */
  static String of(String type, Map<String, String> metadata) {
    String id = metadata.get(type);
    if (id == null) {
      return "";
    }
    return switch (type) {
      case "model" -> "models/" + id;
      case "job" -> "trainingJobs/" + id;
      case "evaluation" -> "evaluations/" + id;
      case "version", "label", "signature" -> {
        String model = metadata.get("model");
        yield model == null ? id : "models/" + model + "/" + type + "s/" + id;
      }
      default -> id;
    };
  }

  /** The name of what an error is about; empty where the metadata does not tell. */
  static String subject(Map<String, String> metadata) {
    for (String type : new String[] {"version", "model", "job", "evaluation", "dataset"}) {
      String name = of(type, metadata);
      if (!name.isEmpty()) {
        return name;
      }
    }
    return "";
  }
}
