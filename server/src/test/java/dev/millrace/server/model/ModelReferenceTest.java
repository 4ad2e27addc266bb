package dev.millrace.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelReferenceTest {
  @Test
  void parse_bareIdAndResourceName_chooseLatest() {
    ModelReference latest = new ModelReference(new ModelName("mnist"), new VersionChoice.Latest());
    assertThat(ModelReference.parse("mnist")).isEqualTo(latest);
    assertThat(ModelReference.parse("models/mnist")).isEqualTo(latest);
  }

  @Test
  void parse_version_choosesIt() {
    assertThat(ModelReference.parse("models/mnist/versions/12").choice())
        .isEqualTo(new VersionChoice.Exact(12));
  }

  @Test
  void parse_label_choosesIt() {
    assertThat(ModelReference.parse("models/mnist/labels/champion").choice())
        .isEqualTo(new VersionChoice.Labelled("champion"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Half_plus.Two", "ResNet-50", "3d", "_private_", "console", "a"})
  void parse_namesOfTensorFlowServingsUsers_areTaken(String text) {
    assertThat(ModelReference.parse(text).model().id()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "CON",
        "nul.txt",
        ".mnist",
        "mnist.",
        "-mnist",
        "mnïst",
        "../x",
        "models/",
        "models/../mnist",
        "models/mnist/versions/0",
        "models/mnist/versions/-1",
        "models/mnist/versions/99999999999999999999",
        "models/mnist/labels/",
        "models/mnist/labels/a/b",
        "mnist/versions/1",
        "/proc/self",
        "mnist\n",
        "mnist\u0000",
        "..%2fx",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void parse_otherForms_areNameInvalid(String text) {
    assertThatThrownBy(() -> ModelReference.parse(text))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.NAME_INVALID));
  }
}
