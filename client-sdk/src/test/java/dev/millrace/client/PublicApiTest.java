package dev.millrace.client;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What users compile against: no type of protobuf or gRPC, and nothing of the command line. */
@AnalyzeClasses(
    packages = "dev.millrace.client",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class PublicApiTest {
  @ArchTest
  static final ArchRule publicMethods_showProtobufOrGrpc_never =
      methods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .should()
          .haveRawReturnType(
              not(resideInAnyPackage("com.google.protobuf..", "io.grpc..", "dev.millrace.v1..")))
          .andShould()
          .notHaveRawParameterTypes(
              com.tngtech.archunit.base.DescribedPredicate.describe(
                  "of protobuf or gRPC",
                  types ->
                      types.stream()
                          .anyMatch(
                              resideInAnyPackage(
                                  "com.google.protobuf..", "io.grpc..", "dev.millrace.v1.."))));

  @ArchTest
  static final ArchRule sdk_dependsOnTheCommandLine_never =
      noClasses()
          .that()
          .resideInAPackage("dev.millrace.client")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.millrace.client.cli..", "picocli..", "com.fasterxml.jackson..");
}
