package dev.millrace.server.gateway.v1;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The comments of the .proto files, by full name: of services, calls, messages, fields, enums and
 * their values. Compiled code has none, so they come from the descriptors that the build writes
 * beside it. Immutable.
 */
final class ProtoComments {
  private static final String DESCRIPTORS = "/dev/millrace/v1/api.binpb";

  private final Map<String, String> comments;

  private ProtoComments(Map<String, String> comments) {
    this.comments = Map.copyOf(comments);
  }

  /** Those of the API that is on the class path. */
  static ProtoComments load() {
    try (InputStream stream = ProtoComments.class.getResourceAsStream(DESCRIPTORS)) {
      if (stream == null) {
        throw new IllegalStateException("the build left out " + DESCRIPTORS);
      }
      return of(FileDescriptorSet.parseFrom(stream));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  static ProtoComments of(FileDescriptorSet set) {
    Map<String, String> comments = new HashMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      for (Location location : file.getSourceCodeInfo().getLocationList()) {
        String name = name(file, location.getPathList());
        if (!name.isEmpty() && location.hasLeadingComments()) {
          comments.put(file.getPackage() + name, text(location.getLeadingComments()));
        }
      }
    }
    return new ProtoComments(comments);
  }

  /** The comment on a full name, in lines as they were broken; empty for none. */
  String of(String fullName) {
    return comments.getOrDefault(fullName, "");
  }

  /** The name that a path of field numbers and indices leads to, with a dot before each part. */
  private static String name(FileDescriptorProto file, List<Integer> path) {
    if (path.size() < 2 || path.size() % 2 != 0) {
      return "";
    }
    int index = path.get(1);
    List<Integer> rest = path.subList(2, path.size());
    return switch (path.get(0)) {
      case FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER ->
          message(file.getMessageType(index), rest);
      case FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER -> enumeration(file.getEnumType(index), rest);
      case FileDescriptorProto.SERVICE_FIELD_NUMBER -> service(file.getService(index), rest);
      default -> "";
    };
  }

  private static String message(DescriptorProto message, List<Integer> path) {
    String name = "." + message.getName();
    if (path.isEmpty()) {
      return name;
    }
    int index = path.get(1);
    List<Integer> rest = path.subList(2, path.size());
    String inner =
        switch (path.get(0)) {
          case DescriptorProto.FIELD_FIELD_NUMBER -> "." + message.getField(index).getName();
          case DescriptorProto.NESTED_TYPE_FIELD_NUMBER ->
              message(message.getNestedType(index), rest);
          case DescriptorProto.ENUM_TYPE_FIELD_NUMBER ->
              enumeration(message.getEnumType(index), rest);
          default -> "";
        };
    return inner.isEmpty() ? "" : name + inner;
  }

  private static String enumeration(EnumDescriptorProto type, List<Integer> path) {
    String name = "." + type.getName();
    if (path.isEmpty()) {
      return name;
    }
    return path.get(0) == EnumDescriptorProto.VALUE_FIELD_NUMBER
        ? name + "." + type.getValue(path.get(1)).getName()
        : "";
  }

  private static String service(ServiceDescriptorProto service, List<Integer> path) {
    String name = "." + service.getName();
    if (path.isEmpty()) {
      return name;
    }
    return path.get(0) == ServiceDescriptorProto.METHOD_FIELD_NUMBER
        ? name + "." + service.getMethod(path.get(1)).getName()
        : "";
  }

  private static String text(String comment) {
    return comment.strip().replaceAll("(?m)^ ", "");
  }
}
