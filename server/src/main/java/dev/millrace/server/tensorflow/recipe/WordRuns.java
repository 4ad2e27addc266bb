package dev.millrace.server.tensorflow.recipe;

import java.util.List;
import java.util.stream.LongStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.strings.Lower;
import org.tensorflow.op.strings.StringNGrams;
import org.tensorflow.op.strings.StringSplit;
import org.tensorflow.op.strings.UnicodeTranscode;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * Texts in lower case, cut into words, and the words and runs of words hashed into numbers; all of
 * it in the graph. A word is a run of letters, digits and apostrophes in any script; each {@code !}
 * and {@code ?} is a word of its own, and whatever else stands between words is dropped.
 *
 * @param buckets a number for each run of words of all texts, one text after the other
 * @param texts the index of the text that each of these is of
 * @param count how many texts there are
 */
record WordRuns(Operand<TInt64> buckets, Operand<TInt64> texts, Operand<TInt32> count) {
  private static final String STRESS = "[!?]";
  private static final String BETWEEN_WORDS = "[^\\p{L}\\p{M}\\p{N}'!?]+";

  /**
   * Adds the ops.
   *
   * @param texts [-1], UTF-8; bytes that are none count as a space between words
   * @param longest words of the longest run, at least 1
   * @param buckets numbers to hash into
   */
  static WordRuns of(Ops tf, Operand<TString> texts, int longest, int buckets) {
    Operand<TString> valid =
        tf.strings.unicodeTranscode(texts, "UTF-8", "UTF-8", UnicodeTranscode.errors("replace"));
    Operand<TString> lower = tf.strings.lower(valid, Lower.encoding("utf-8"));
    Operand<TString> apart = tf.strings.staticRegexReplace(lower, STRESS, " \\0 ");
    Operand<TString> plain = tf.strings.staticRegexReplace(apart, BETWEEN_WORDS, " ");
    StringSplit words = tf.strings.stringSplit(plain, tf.constant(""));
    Operand<TInt32> count = tf.size(texts);
    Operand<TInt64> owners = firstColumn(tf, words.indices());
    if (longest == 1) {
      return new WordRuns(hashed(tf, words.values(), buckets), owners, count);
    }
    Operand<TInt64> each =
        tf.math.unsortedSegmentSum(tf.fill(tf.shape(owners), tf.constant(1L)), owners, count);
    Operand<TInt64> splits =
        tf.concat(List.of(tf.array(0L), tf.math.cumsum(each, tf.constant(0))), tf.constant(0));
    StringNGrams<TInt64> runs =
        tf.strings.stringNGrams(
            words.values(),
            splits,
            " ",
            LongStream.rangeClosed(1, longest).boxed().toList(),
            "",
            "",
            0L,
            false);
    Operand<TInt64> of =
        firstColumn(
            tf,
            tf.ragged
                .raggedTensorToSparse(List.of(runs.ngramsSplits()), runs.ngrams())
                .sparseIndices());
    return new WordRuns(hashed(tf, runs.ngrams(), buckets), of, count);
  }

  private static Operand<TInt64> firstColumn(Ops tf, Operand<TInt64> indices) {
    return tf.reshape(tf.slice(indices, tf.array(0, 0), tf.array(-1, 1)), tf.array(-1));
  }

  private static Operand<TInt64> hashed(Ops tf, Operand<TString> words, int buckets) {
    return tf.strings.toHashBucketFast(words, (long) buckets);
  }
}
