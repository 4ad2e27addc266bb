package dev.millrace.server.feedback.inputs;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;

/** Makes the reference of texts. Stateless. */
public final class TrainingTexts {
  private TrainingTexts() {}

  /**
   * The reference of the texts that a model learns from. A word counts as unknown in the only text
   * that has it, as it would have been to a model that learned without that text; so the share of
   * unknown words is that of texts of the same kind, and not 0.
   *
   * @param sample indexes of those that the figures are of; the words are of all
   */
  public static InputReference of(List<String> texts, int[] sample) {
    int buckets = TextSummary.bucketsFor(differentWords(texts));
    BitSet once = new BitSet(buckets);
    BitSet oftener = new BitSet(buckets);
    for (String text : texts) {
      BitSet own = buckets(text, buckets);
      BitSet again = (BitSet) own.clone();
      again.and(once);
      oftener.or(again);
      once.or(own);
    }
    TextSummary others = new TextSummary(buckets, oftener);
    List<double[]> figures = new ArrayList<>(sample.length);
    for (int index : sample) {
      figures.add(others.figures(texts.get(index)));
    }
    return InputReference.of(new TextSummary(buckets, once), figures);
  }

  private static long differentWords(List<String> texts) {
    // Hashes suffice for an estimate, and are smaller than the words.
    Set<Integer> hashes = new HashSet<>();
    for (String text : texts) {
      Matcher words = TextSummary.words(text);
      while (words.find() && hashes.size() < TextSummary.MOST_BUCKETS) {
        hashes.add(words.group().hashCode());
      }
    }
    return hashes.size();
  }

  private static BitSet buckets(String text, int buckets) {
    BitSet own = new BitSet(buckets);
    Matcher words = TextSummary.words(text);
    while (words.find()) {
      own.set(TextSummary.bucket(words.group(), buckets));
    }
    return own;
  }
}
