package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row 17: Netty below 4.2.17 can be exhausted by headers; a build rule cannot see a shaded one. */
final class DependencyFloorTest {
  private static final int[] LEAST = {4, 2, 17};

  @ParameterizedTest
  @ValueSource(
      strings = {
        "META-INF/io.netty.versions.properties",
        "META-INF/io.grpc.netty.shaded.io.netty.versions.properties"
      })
  void netty_plainAndShaded_isNewEnough(String resource) throws IOException {
    List<URL> jars = Collections.list(getClass().getClassLoader().getResources(resource));
    assertThat(jars).as(resource).isNotEmpty();
    for (URL jar : jars) {
      Properties facts = new Properties();
      try (InputStream in = jar.openStream()) {
        facts.load(in);
      }
      for (String fact : facts.stringPropertyNames()) {
        if (fact.endsWith(".version") && !fact.startsWith("netty-tcnative")) {
          assertThat(Arrays.compare(numbers(facts.getProperty(fact)), LEAST))
              .as(fact + " " + facts.getProperty(fact))
              .isNotNegative();
        }
      }
    }
  }

  private static int[] numbers(String version) {
    return Arrays.stream(version.split("\\."))
        .limit(LEAST.length)
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
