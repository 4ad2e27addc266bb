package dev.millrace.server.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class McNemarTest {
  /** 2 * (1 + 10) / 1024, by hand. */
  @Test
  void pValue_nineToOne_isTheExactBinomial() {
    McNemar test = new McNemar(90, 9, 1, 0);
    assertThat(test.exact()).isTrue();
    assertThat(test.pValue()).isCloseTo(22 / 1024.0, within(1e-15));
    assertThat(test.significant()).isTrue();
    assertThat(test.summary("A", "B"))
        .isEqualTo(
            "A is better: of 10 examples on which they disagree, A alone is right on 9 and B alone"
                + " on 1 (p = 0.0215, exact binomial)");
  }

  /** (|30 - 10| - 1)^2 / 40 = 9.025; its tail by SciPy's chi2.sf. */
  @Test
  void pValue_thirtyToTen_isCorrectedChiSquared() {
    McNemar test = new McNemar(100, 10, 30, 5);
    assertThat(test.exact()).isFalse();
    assertThat(test.statistic()).isCloseTo(9.025, within(1e-12));
    assertThat(test.pValue()).isCloseTo(0.0026635, within(1e-6));
    assertThat(test.summary("A", "B")).startsWith("B is better: of 40 examples");
  }

  @Test
  void pValue_equallyOften_isOne() {
    assertThat(new McNemar(1, 5, 5, 1).pValue()).isEqualTo(1);
    assertThat(new McNemar(1, 0, 0, 1).pValue()).isEqualTo(1);
    assertThat(new McNemar(1, 50, 50, 1).pValue()).isEqualTo(1);
    assertThat(new McNemar(1, 5, 5, 1).summary("A", "B")).startsWith("no difference beyond chance");
    assertThat(new McNemar(1, 0, 0, 1).summary("A", "B"))
        .isEqualTo("A and B are right on the same examples");
  }

  @Test
  void pValue_ofSwappedModels_isTheSame() {
    for (int b = 0; b < 40; b++) {
      for (int c = 0; c < 40; c++) {
        McNemar test = new McNemar(0, b, c, 0);
        assertThat(test.pValue()).isEqualTo(new McNemar(0, c, b, 0).pValue()).isBetween(0.0, 1.0);
      }
    }
  }

  @Test
  void counts_ofPredictions_tellWhoIsRight() {
    Predictions first =
        ClassFiguresTest.predictions(2, new int[][] {{0, 0}, {0, 0}, {1, 0}, {1, 0}, {1, 1}});
    Predictions second =
        ClassFiguresTest.predictions(2, new int[][] {{0, 0}, {0, 1}, {1, 1}, {1, 0}, {1, 0}});
    assertThat(McNemar.of(first, second)).isEqualTo(new McNemar(1, 2, 1, 1));
  }

  @Test
  void counts_ofOtherExamples_areRefused() {
    Predictions first = ClassFiguresTest.predictions(2, new int[] {0, 0});
    Predictions second = ClassFiguresTest.predictions(2, new int[] {1, 0});
    assertThatIllegalArgumentException().isThrownBy(() -> McNemar.of(first, second));
  }

  /** Values of Abramowitz and Stegun, table 7.1, and of SciPy. */
  @Test
  void complement_ofTheErrorFunction_isTheTables() {
    assertThat(ErrorFunction.complement(0)).isEqualTo(1);
    assertThat(ErrorFunction.complement(0.5)).isCloseTo(0.4795001221869535, within(1e-14));
    assertThat(ErrorFunction.complement(1)).isCloseTo(0.15729920705028513, within(1e-14));
    assertThat(ErrorFunction.complement(2)).isCloseTo(0.004677734981047266, within(1e-14));
    assertThat(ErrorFunction.complement(3)).isCloseTo(2.209049699858544e-5, within(1e-17));
    assertThat(ErrorFunction.complement(30)).isBetween(0.0, 1e-300);
  }
}
