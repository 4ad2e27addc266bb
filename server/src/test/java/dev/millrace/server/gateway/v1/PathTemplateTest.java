package dev.millrace.server.gateway.v1;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PathTemplateTest {
  private final PathTemplate load = PathTemplate.parse("/api/v1/{name=models/*/versions/*}:load");

  @Test
  void match_ofItsPath_givesTheVariableDecodedOnce() {
    assertThat(load.match("/api/v1/models/a/versions/1:load"))
        .contains(Map.of("name", "models/a/versions/1"));
    assertThat(load.match("/api/v1/models/a%2Fb+%2525/versions/1:load"))
        .contains(Map.of("name", "models/a/b+%25/versions/1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/models/a/versions/1",
        "/api/v1/models/a/versions/1:unload",
        "/api/v1/models/a/versions/1/:load",
        "/api/v1/models//versions/1:load",
        "/api/v1/models/a/labels/1:load",
        "/api/v1/models/a/versions/1%3Aload",
        "/api/v1/models/%zz/versions/1:load",
        "/api/v1/models/%c/versions/1:load",
        "api/v1/models/a/versions/1:load",
        "",
        ":load",
        "/"
      })
  void match_ofAnotherPath_isNone(String path) {
    assertThat(load.match(path)).isEmpty();
  }

  @Test
  void openApi_namesTheStars() {
    assertThat(load.openApi(load.starNames()))
        .isEqualTo("/api/v1/models/{model}/versions/{version}:load");
    PathTemplate single = PathTemplate.parse("/api/v1/imports/{import_id}");
    assertThat(single.openApi(single.starNames())).isEqualTo("/api/v1/imports/{import_id}");
    PathTemplate job = PathTemplate.parse("/api/v1/{name=trainingJobs/*}:watch");
    assertThat(job.openApi(job.starNames())).isEqualTo("/api/v1/trainingJobs/{job}:watch");
  }
}
