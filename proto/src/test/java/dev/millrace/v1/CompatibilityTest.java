package dev.millrace.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ExtensionRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Compares the API with its committed baseline: what was there stays, with its name, number, type
 * and form, since clients read both the wire and JSON. -Dmillrace.updateBaseline=true renews the
 * baseline.
 */
final class CompatibilityTest {
  private static final Path BASELINE = Path.of("src", "test", "resources", "millrace-v1.binpb");

  @Test
  void api_comparedWithItsBaseline_hasLostAndChangedNothing() throws IOException {
    FileDescriptorSet now = today();
    if (Boolean.getBoolean("millrace.updateBaseline")) {
      Files.write(BASELINE, now.toByteArray());
    }
    ExtensionRegistry extensions = ExtensionRegistry.newInstance();
    AnnotationsProto.registerAllExtensions(extensions);
    Set<String> then = facts(FileDescriptorSet.parseFrom(Files.readAllBytes(BASELINE), extensions));
    assertThat(then).isNotEmpty();
    assertThat(facts(now)).containsAll(then);
  }

  @Test
  void facts_ofAChangedField_differ() {
    DescriptorProto message =
        DescriptorProto.newBuilder()
            .setName("M")
            .addField(FieldDescriptorProto.newBuilder().setName("a").setNumber(1))
            .build();
    Set<String> before = facts(set(message));
    assertThat(facts(set(message.toBuilder().clearField().build())))
        .doesNotContainAnyElementsOf(before.stream().filter(fact -> fact.contains(".a")).toList());
    DescriptorProto renumbered =
        message.toBuilder().setField(0, message.getField(0).toBuilder().setNumber(2)).build();
    assertThat(facts(set(renumbered))).isNotEqualTo(before);
  }

  private static FileDescriptorSet set(DescriptorProto message) {
    return FileDescriptorSet.newBuilder()
        .addFile(FileDescriptorProto.newBuilder().setPackage("p").addMessageType(message))
        .build();
  }

  private static FileDescriptorSet today() {
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    for (FileDescriptor file :
        List.of(
            TensorProtos.getDescriptor(),
            DatasetServiceProtos.getDescriptor(),
            EvaluationServiceProtos.getDescriptor(),
            RecipeServiceProtos.getDescriptor(),
            GateServiceProtos.getDescriptor(),
            FeedbackServiceProtos.getDescriptor(),
            InferenceServiceProtos.getDescriptor(),
            ModelServiceProtos.getDescriptor(),
            TrainingServiceProtos.getDescriptor())) {
      set.addFile(file.toProto());
    }
    return set.build();
  }

  /** Every promise of the API, a line each. */
  private static Set<String> facts(FileDescriptorSet set) {
    Set<String> facts = new TreeSet<>();
    for (FileDescriptorProto file : set.getFileList()) {
      String prefix = file.getPackage() + ".";
      file.getMessageTypeList().forEach(message -> add(facts, prefix, message));
      file.getEnumTypeList().forEach(type -> add(facts, prefix, type));
      for (ServiceDescriptorProto service : file.getServiceList()) {
        for (MethodDescriptorProto method : service.getMethodList()) {
          String call = prefix + service.getName() + " ";
          MethodDescriptorProto signature = method.toBuilder().clearOptions().build();
          facts.add(call + signature.toString().replace('\n', ' '));
          HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
          add(facts, call + method.getName(), rule.toBuilder().clearAdditionalBindings().build());
          rule.getAdditionalBindingsList()
              .forEach(binding -> add(facts, call + method.getName(), binding));
        }
      }
    }
    return facts;
  }

  private static void add(Set<String> facts, String call, HttpRule path) {
    if (path.getPatternCase() != HttpRule.PatternCase.PATTERN_NOT_SET) {
      facts.add(call + " " + path.toString().replace('\n', ' '));
    }
  }

  private static void add(Set<String> facts, String prefix, DescriptorProto message) {
    String name = prefix + message.getName();
    facts.add("message " + name);
    for (FieldDescriptorProto field : message.getFieldList()) {
      String oneof =
          field.hasOneofIndex() ? message.getOneofDecl(field.getOneofIndex()).getName() : "";
      facts.add(
          name
              + "."
              + field.getName()
              + " "
              + field.getNumber()
              + " "
              + field.getType()
              + " "
              + field.getTypeName()
              + " "
              + field.getLabel()
              + " "
              + oneof);
    }
    message.getNestedTypeList().forEach(nested -> add(facts, name + ".", nested));
    message.getEnumTypeList().forEach(type -> add(facts, name + ".", type));
  }

  private static void add(Set<String> facts, String prefix, EnumDescriptorProto type) {
    for (EnumValueDescriptorProto value : type.getValueList()) {
      facts.add(prefix + type.getName() + "." + value.getName() + " " + value.getNumber());
    }
  }
}
