package dev.millrace.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GridTest {
  @Test
  void of_twoParameters_isEveryCombinationInOrder() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("learning_rate", "0.001, 0.0003");
    values.put("dropout", "0,0.4");

    assertThat(Grid.of(values))
        .isEqualTo(
            List.of(
                Map.of("learning_rate", "0.001", "dropout", "0"),
                Map.of("learning_rate", "0.001", "dropout", "0.4"),
                Map.of("learning_rate", "0.0003", "dropout", "0"),
                Map.of("learning_rate", "0.0003", "dropout", "0.4")));
    assertThat(Grid.of(values).get(0).keySet()).containsExactly("learning_rate", "dropout");
  }

  @Test
  void of_emptyValue_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Grid.of(Map.of("steps", "1,")))
        .withMessageContaining("--set steps has an empty value");
  }

  @Test
  void of_moreThanAHundred_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Grid.of(Map.of("a", "1,2,3,4,5,6,7,8,9,10,11", "b", "1,2,3,4,5,6,7,8,9,10")))
        .withMessageContaining("more than 100 jobs");
  }
}
