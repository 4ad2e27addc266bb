package dev.millrace.server.feedback.inputs;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures of texts: how many words they have, and which share of these no text of the training had.
 * Of the training's words only the hashes are kept, as bits: a word that was not there counts as
 * known with the probability that its bit is set, at most one in eight.
 *
 * @param buckets bits there are, a power of two
 * @param known bits that words of the training set; not to be written to
 */
public record TextSummary(int buckets, BitSet known) implements ExampleSummary {
  /** Most bits: 128 KiB of them. */
  static final int MOST_BUCKETS = 1 << 20;

  // As the text classifier cuts them.
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}']+|[!?]");

  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if the buckets are no power of two up to 2^20
   */
  public TextSummary {
    if (Integer.bitCount(buckets) != 1 || buckets > MOST_BUCKETS || known.length() > buckets) {
      throw new IllegalArgumentException(buckets + " buckets");
    }
  }

  /** Buckets for so many different words: eight times as many, as far as there may be. */
  public static int bucketsFor(long words) {
    long wanted = Math.min(MOST_BUCKETS, Math.max(1024, words * 8));
    return Integer.highestOneBit((int) wanted - 1) << 1;
  }

  @Override
  public List<String> features() {
    return List.of("words", "unknown_words");
  }

  @Override
  public int examples(Map<String, TensorData> inputs) {
    return texts(inputs).map(tensor -> tensor.strings().size()).orElse(0);
  }

  @Override
  public long cost(Map<String, TensorData> inputs, int example) {
    return 1 + texts(inputs).orElseThrow().strings().get(example).remaining();
  }

  @Override
  public double[] figures(Map<String, TensorData> inputs, int example) {
    return figures(
        StandardCharsets.UTF_8
            .decode(texts(inputs).orElseThrow().strings().get(example).duplicate())
            .toString());
  }

  /** The figures of one text. */
  public double[] figures(String text) {
    int words = 0;
    int unknown = 0;
    Matcher matcher = words(text);
    while (matcher.find()) {
      words++;
      unknown += known.get(bucket(matcher.group(), buckets)) ? 0 : 1;
    }
    return new double[] {words, words == 0 ? Double.NaN : (double) unknown / words};
  }

  /** Finds the words of a text, in lower case, one after the other. */
  static Matcher words(String text) {
    return WORD.matcher(text.toLowerCase(Locale.ROOT));
  }

  /** The bucket of a word: Java's hash of it, with the finaliser of MurmurHash3. */
  static int bucket(String word, int buckets) {
    int hash = word.hashCode();
    hash = (hash ^ (hash >>> 16)) * 0x85EBCA6B;
    hash = (hash ^ (hash >>> 13)) * 0xC2B2AE35;
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  }

  private static Optional<TensorData> texts(Map<String, TensorData> inputs) {
    return inputs.values().stream()
        .filter(
            tensor ->
                tensor.dtype() == DataType.STRING
                    && tensor.shape().rank() >= 1
                    && tensor.shape().elementCount() == tensor.shape().size(0))
        .findFirst();
  }
}
