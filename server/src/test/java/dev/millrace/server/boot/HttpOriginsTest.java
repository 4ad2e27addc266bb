package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages of other origins, and names, that the operator has allowed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class HttpOriginsTest {
  private MillraceServer server;
  private Http http;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server =
        MillraceServer.start(
            OptionSources.merge(
                Map.of(
                    ServeOption.REPOSITORY,
                        Files.createDirectory(folder.resolve("models")).toString(),
                    ServeOption.DATA_DIR, folder.resolve("state").toString(),
                    ServeOption.HTTP_ORIGINS, "https://app.example.org, http://localhost:5173",
                    ServeOption.HTTP_HOSTS, "Models.example.org",
                    ServeOption.PORT, "0",
                    ServeOption.HTTP_PORT, "0",
                    ServeOption.MANAGEMENT_PORT, "0"),
                Map.of(),
                ""));
    http = new Http(server.httpPort().getAsInt());
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private String ask(String method, String path, String host, String headers) throws IOException {
    return http.raw(
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nConnection: close\r\n"
            + headers
            + "\r\n");
  }

  @Test
  void request_ofAnAllowedPage_isAnsweredToItAlone() throws IOException {
    for (String origin : new String[] {"https://app.example.org", "http://localhost:5173"}) {
      assertThat(
              ask(
                  "GET",
                  "/api/v1/models",
                  "127.0.0.1",
                  "Origin: " + origin + "\r\nSec-Fetch-Site: cross-site\r\n"))
          .startsWith("HTTP/1.1 200")
          .contains("access-control-allow-origin: " + origin + "\r\n")
          .contains("vary: origin")
          .doesNotContain("access-control-allow-credentials", "cross-origin-resource-policy");
    }
    assertThat(
            ask("GET", "/api/v1/models", "127.0.0.1", "Origin: https://app.example.org.evil\r\n"))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("access-control-allow-origin");
  }

  /** A page must be able to read what went wrong, too. */
  @Test
  void error_ofAnAllowedPage_isReadableToIt() throws IOException {
    for (String path : new String[] {"/api/v1/models/nobody", "/nothing"}) {
      assertThat(ask("GET", path, "127.0.0.1", "Origin: https://app.example.org\r\n"))
          .as(path)
          .startsWith("HTTP/1.1 404")
          .contains("access-control-allow-origin: https://app.example.org\r\n");
    }
  }

  @Test
  void preflight_ofAnAllowedPage_saysWhatItMaySend() throws IOException {
    assertThat(
            ask(
                "OPTIONS",
                "/millrace.v1.InferenceService/Predict",
                "127.0.0.1",
                "Origin: https://app.example.org\r\n"
                    + "Access-Control-Request-Method: POST\r\n"
                    + "Access-Control-Request-Headers: content-type, x-grpc-web\r\n"))
        .startsWith("HTTP/1.1 204")
        .contains("access-control-allow-methods: GET, POST, PUT, DELETE")
        .containsPattern("access-control-allow-headers: [^\r]*x-grpc-web")
        .contains("access-control-allow-origin: https://app.example.org\r\n");
  }

  @Test
  void request_toANameThatIsGiven_isTaken() throws IOException {
    assertThat(ask("GET", "/api/v1/models", "models.EXAMPLE.org:8501", ""))
        .startsWith("HTTP/1.1 200");
    assertThat(ask("GET", "/api/v1/models", "example.org", "")).startsWith("HTTP/1.1 421");
  }
}
