package dev.millrace.server.storage;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.privacy.Receipt;
import dev.millrace.server.privacy.ReceiptStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receipts as files, {@code <root>/<receipt>.json}, each written whole, and all of them in memory.
 * One that cannot be read is left out and hides no other. Thread-safe.
 */
public final class FileReceiptStore implements ReceiptStore {
  private static final Logger log = LoggerFactory.getLogger(FileReceiptStore.class);
  private static final String SUFFIX = ".json";

  private final Path root;
  private final Map<String, Receipt> receipts = new ConcurrentHashMap<>();
  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .visibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
          .visibility(PropertyAccessor.CREATOR, JsonAutoDetect.Visibility.ANY)
          .build();

  /** A store in a folder, which is made if need be. */
  public FileReceiptStore(Path root) throws IOException {
    this.root = Files.createDirectories(root);
    try (Stream<Path> files = Files.list(root)) {
      files
          .filter(file -> String.valueOf(file.getFileName()).endsWith(SUFFIX))
          .sorted()
          .forEach(this::read);
    }
  }

  private void read(Path file) {
    try {
      Receipt receipt = json.readValue(file.toFile(), Receipt.class);
      if (receipt != null) {
        receipts.put(receipt.id(), receipt);
      }
    } catch (IOException | RuntimeException damaged) {
      log.warn("receipt {} cannot be read and is left out", file.getFileName(), damaged);
    }
  }

  @Override
  public List<Receipt> all() {
    return receipts.values().stream()
        .sorted(Comparator.comparing(Receipt::time).reversed().thenComparing(Receipt::id))
        .toList();
  }

  @Override
  public void write(Receipt receipt) {
    try {
      DurableFile.write(root.resolve(receipt.id() + SUFFIX), json.writeValueAsBytes(receipt));
    } catch (IOException unwritable) {
      throw new ServingException(
              ErrorReason.DATASETS_UNWRITABLE,
              "the state folder takes no receipt; is its disk full or read-only?")
          .causedBy(unwritable);
    }
    receipts.put(receipt.id(), receipt);
  }
}
