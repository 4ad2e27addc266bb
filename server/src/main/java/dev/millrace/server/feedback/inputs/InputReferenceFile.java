package dev.millrace.server.feedback.inputs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** References beside the files of versions, as JSON. Thread-safe. */
public final class InputReferenceFile {
  /** Where in a version's folder it is. */
  public static final String NAME = "assets.extra/input_reference.json";

  private static final String FOLDER = "assets.extra";

  private static final int FORM = 1;
  private static final long LARGEST = 1L << 20;
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /**
   * The file's content: one of a size or of known words, by what the examples are.
   *
   * @param form version of the form
   * @param size height and width of pictures
   * @param buckets number of buckets of words
   * @param known bits of the buckets of known words, the lowest first
   * @param features histograms of the figures
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Content(
      int form,
      int @Nullable [] size,
      @Nullable Integer buckets,
      byte @Nullable [] known,
      @Nullable List<FeatureHistogram> features) {}

  private InputReferenceFile() {}

  /**
   * Writes the reference of a version.
   *
   * @throws IllegalArgumentException for one that was learned of requests
   */
  public static void write(InputReference reference, Path versionFolder) throws IOException {
    Files.createDirectories(versionFolder.resolve(FOLDER));
    Files.write(versionFolder.resolve(NAME), JSON.writeValueAsBytes(content(reference)));
  }

  private static Content content(InputReference reference) {
    if (reference.summary() instanceof PictureSummary pictures) {
      return new Content(
          FORM,
          new int[] {pictures.height(), pictures.width()},
          null,
          null,
          reference.histograms());
    }
    if (reference.summary() instanceof TextSummary texts) {
      return new Content(
          FORM, null, texts.buckets(), texts.known().toByteArray(), reference.histograms());
    }
    throw new IllegalArgumentException("requests are no training");
  }

  /**
   * Reads the reference of a version.
   *
   * @return empty for a version that has none, or one of a form that is not known
   * @throws IOException if it cannot be read or makes no sense
   */
  public static Optional<InputReference> read(Path versionFolder) throws IOException {
    Path file = versionFolder.resolve(NAME);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.size(file) > LARGEST) {
      throw new IOException("the reference is larger than a MiB");
    }
    try {
      @Nullable Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
      if (content == null || content.features() == null) {
        throw new IllegalArgumentException("it has no features");
      }
      return content.form() == FORM
          ? Optional.of(new InputReference(summary(content), content.features()))
          : Optional.empty();
    } catch (JsonProcessingException | IllegalArgumentException damaged) {
      throw new IOException("the reference makes no sense", damaged);
    }
  }

  private static ExampleSummary summary(Content content) {
    int[] size = content.size();
    if (size != null && size.length == 2) {
      return new PictureSummary(size[0], size[1]);
    }
    Integer buckets = content.buckets();
    byte[] known = content.known();
    if (buckets == null || known == null) {
      throw new IllegalArgumentException("neither pictures nor texts");
    }
    return new TextSummary(buckets, BitSet.valueOf(known));
  }
}
