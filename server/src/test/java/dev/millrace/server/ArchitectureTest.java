package dev.millrace.server;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.util.concurrent.Executors;
import org.yaml.snakeyaml.Yaml;

/** The rooms of the house, and who may import whom; docs/architecture.md draws them. */
@AnalyzeClasses(
    packages = "dev.millrace.server",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String ROOT = "dev.millrace.server.";

  @ArchTest static final ArchRule values_importOurs_onlyValues = mayUse("tensor");

  @ArchTest static final ArchRule model_importsOurs_onlyTensor = mayUse("model", "tensor");

  @ArchTest
  static final ArchRule catalog_importsOurs_onlyValues = mayUse("catalog", "tensor", "model");

  @ArchTest
  static final ArchRule scheduling_importsOurs_onlyValues = mayUse("scheduling", "tensor", "model");

  @ArchTest
  static final ArchRule dataset_importsOurs_onlyValues = mayUse("dataset", "tensor", "model");

  @ArchTest static final ArchRule audit_importsOurs_onlyValues = mayUse("audit", "tensor", "model");

  @ArchTest
  static final ArchRule privacy_importsOurs_onlyAuditDatasetAndValues =
      mayUse("privacy", "audit", "dataset", "tensor", "model");

  @ArchTest
  static final ArchRule repository_importsOurs_onlyCatalogAndValues =
      mayUse("repository", "catalog", "tensor", "model");

  @ArchTest
  static final ArchRule inference_importsOurs_onlyCatalogSchedulingRegistryAndValues =
      mayUse("inference", "catalog", "scheduling", "registry", "tensor", "model");

  @ArchTest
  static final ArchRule registry_importsOurs_onlyValues = mayUse("registry", "tensor", "model");

  @ArchTest
  static final ArchRule rollout_importsOurs_onlyCatalogRepositoryRegistryInferenceAndValues =
      mayUse("rollout", "catalog", "repository", "registry", "inference", "tensor", "model");

  @ArchTest
  static final ArchRule evaluation_importsOurs_onlyCatalogDatasetInferenceAndValues =
      mayUse("evaluation", "catalog", "dataset", "inference", "tensor", "model");

  @ArchTest
  static final ArchRule training_importsOurs_onlyRepositoryRegistryEvaluationDatasetAndValues =
      mayUse("training", "repository", "registry", "evaluation", "dataset", "tensor", "model");

  @ArchTest
  static final ArchRule gate_importsOurs_onlyEvaluationFeedbackRegistryRolloutTrainingAndValues =
      mayUse(
          "gate", "evaluation", "feedback", "registry", "rollout", "training", "tensor", "model");

  @ArchTest
  static final ArchRule feedback_importsOurs_onlyEvaluationAndValues =
      mayUse("feedback", "evaluation", "tensor", "model");

  @ArchTest
  static final ArchRule usage_importsOurs_onlyInferenceTrainingAndValues =
      mayUse("usage", "inference", "training", "tensor", "model");

  @ArchTest
  static final ArchRule adapters_importOneAnother_never =
      slices()
          .matching(ROOT + "(tensorflow|protocol|gateway|storage|security|telemetry)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule wires_importOneAnother_never =
      slices().matching(ROOT + "protocol.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule gatewaysWires_importOneAnother_never =
      slices()
          .matching(ROOT + "gateway.(v1|tfserving|kserve|console)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule armeria_isImported_onlyByItsAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "gateway..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("com.linecorp.armeria..", "io.netty.."));

  @ArchTest
  static final ArchRule boot_isImported_byNobody =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "boot..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "boot..");

  @ArchTest
  static final ArchRule packages_formCycles_never =
      slices().matching(ROOT + "(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule tensorflow_isImported_onlyByItsAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "tensorflow..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.tensorflow..", "org.bytedeco.."));

  @ArchTest
  static final ArchRule grpcAndProtobuf_areImported_onlyByAdaptersAndBoot =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              ROOT + "protocol..",
              ROOT + "telemetry..",
              ROOT + "gateway..",
              ROOT + "security..",
              ROOT + "boot..")
          .should()
          .dependOnClassesThat(resideInAPackage("io.grpc.."));

  @ArchTest
  static final ArchRule client_isImported_onlyByBoot =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "boot..")
          .should()
          .dependOnClassesThat(resideInAPackage("dev.millrace.client.."));

  @ArchTest
  static final ArchRule javaSerialization_isUsed_never =
      noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class);

  @ArchTest
  static final ArchRule yaml_makesObjectsOfTheDocumentsChoice_never =
      noClasses()
          .should()
          .callMethodWhere(
              target(owner(assignableTo(Yaml.class))).and(target(nameMatching("load.*"))))
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("org.yaml.snakeyaml.constructor");

  @ArchTest
  static final ArchRule jobs_areKeptAsJavaObjects_never =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("com.github.kagkarlsson.scheduler.serializer.JavaSerializer");

  @ArchTest
  static final ArchRule executors_areMade_onlyInBoot =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "boot..")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Executors.class);

  @ArchTest
  static final ArchRule classNames_sayWhatTheThingIs =
      classes()
          .should()
          .haveSimpleNameNotEndingWith("Util")
          .andShould()
          .haveSimpleNameNotEndingWith("Utils")
          .andShould()
          .haveSimpleNameNotEndingWith("Helper")
          .andShould()
          .haveSimpleNameNotEndingWith("Impl")
          .andShould()
          .haveSimpleNameNotEndingWith("Manager");

  private static ArchRule mayUse(String room, String... others) {
    return noClasses()
        .that()
        .resideInAPackage(ROOT + room + "..")
        .should()
        .dependOnClassesThat(oursOutside(room, others))
        .because("the house is drawn so");
  }

  private static DescribedPredicate<JavaClass> oursOutside(String room, String... others) {
    DescribedPredicate<JavaClass> allowed = resideInAPackage(ROOT + room + "..");
    for (String other : others) {
      allowed = allowed.or(resideInAPackage(ROOT + other + ".."));
    }
    return resideInAPackage("dev.millrace..").and(DescribedPredicate.not(allowed));
  }
}
