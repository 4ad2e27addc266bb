package dev.millrace.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class SignatureChangesTest {
  private static final TensorSpec ROWS = floats(-1, 2);

  @Test
  void between_equalSignatures_isNothing() {
    assertThat(changes(signature(ROWS, ROWS), signature(ROWS, ROWS))).isEmpty();
  }

  @Test
  void between_signatureGone_breaksAndOneAddedDoesNot() {
    SortedMap<String, Signature> both = new TreeMap<>(Map.of("a", signature(ROWS, ROWS)));
    both.put("b", signature(ROWS, ROWS));
    SortedMap<String, Signature> one = new TreeMap<>(Map.of("a", signature(ROWS, ROWS)));
    assertThat(SignatureChanges.between(both, one))
        .containsExactly(new Difference("b", "present", "", true));
    assertThat(SignatureChanges.between(one, both))
        .containsExactly(new Difference("b", "", "added", false));
  }

  @Test
  void between_inputThatTakesMore_doesNotBreakAndOneThatTakesLessDoes() {
    Signature narrow = signature(floats(1, 2), ROWS);
    Signature wide = signature(ROWS, ROWS);
    assertThat(changes(narrow, wide))
        .containsExactly(new Difference("s input x", "FLOAT32 [1,2]", "FLOAT32 [?,2]", false));
    assertThat(changes(wide, narrow)).extracting(Difference::breaking).containsExactly(true);
  }

  @Test
  void between_outputThatGivesMore_breaksAndOneThatGivesLessDoesNot() {
    Signature narrow = signature(ROWS, floats(1, 2));
    Signature wide = signature(ROWS, ROWS);
    assertThat(changes(narrow, wide)).extracting(Difference::breaking).containsExactly(true);
    assertThat(changes(wide, narrow)).extracting(Difference::breaking).containsExactly(false);
  }

  @Test
  void between_otherRankDtypeOrName_breaks() {
    Signature base = signature(ROWS, ROWS);
    TensorSpec anyShape = new TensorSpec(DataType.FLOAT32, ShapeSpec.unknownRank());
    assertThat(changes(base, signature(floats(-1), ROWS)))
        .extracting(Difference::breaking)
        .containsExactly(true);
    assertThat(changes(base, signature(anyShape, ROWS)))
        .extracting(Difference::breaking)
        .containsExactly(false);
    assertThat(changes(base, signature(ROWS, anyShape)))
        .extracting(Difference::breaking)
        .containsExactly(true);
    TensorSpec doubles = new TensorSpec(DataType.FLOAT64, ShapeSpec.of(-1, 2));
    assertThat(changes(base, signature(doubles, ROWS)))
        .extracting(Difference::breaking)
        .containsExactly(true);
    Signature renamed = new Signature(map("other", ROWS), map("y", ROWS));
    assertThat(changes(base, renamed))
        .containsExactly(
            new Difference("s input other", "", "FLOAT32 [?,2]", true),
            new Difference("s input x", "FLOAT32 [?,2]", "", true));
  }

  @Test
  void between_outputAdded_doesNotBreakAndOneGoneDoes() {
    Signature one = signature(ROWS, ROWS);
    SortedMap<String, TensorSpec> outputs = map("y", ROWS);
    outputs.put("z", ROWS);
    Signature two = new Signature(map("x", ROWS), outputs);
    assertThat(changes(one, two)).extracting(Difference::breaking).containsExactly(false);
    assertThat(changes(two, one)).extracting(Difference::breaking).containsExactly(true);
  }

  private static List<Difference> changes(Signature base, Signature changed) {
    return SignatureChanges.between(
        new TreeMap<>(Map.of("s", base)), new TreeMap<>(Map.of("s", changed)));
  }

  private static Signature signature(TensorSpec x, TensorSpec y) {
    return new Signature(map("x", x), map("y", y));
  }

  private static SortedMap<String, TensorSpec> map(String name, TensorSpec spec) {
    return new TreeMap<>(Map.of(name, spec));
  }

  private static TensorSpec floats(long... sizes) {
    return new TensorSpec(DataType.FLOAT32, ShapeSpec.of(sizes));
  }
}
