package dev.millrace.server.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A line of the log: one JSON object in ASCII, so that no name can end a line or colour a terminal.
 *
 * @param sequence its number, from 1 without gaps
 * @param time when it was written
 * @param entry what it says
 * @param previous SHA-256 of the line before, in hexadecimal; 64 zeros in the first
 */
public record AuditLine(long sequence, Instant time, AuditEntry entry, String previous) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** The line's bytes, without the line feed that ends it. */
  public byte[] bytes() {
    ObjectNode line = JSON.createObjectNode();
    line.put("sequence", sequence);
    line.put("time", time.toString());
    line.put("caller", entry.caller());
    line.put("request", entry.request());
    line.put("action", entry.action());
    line.put("target", entry.target());
    line.put("decision", entry.decision().name());
    line.put("reason", entry.reason());
    ObjectNode details = line.putObject("details");
    entry.details().forEach(details::put);
    line.put("previous", previous);
    try {
      return JSON.writeValueAsBytes(line);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("texts and numbers are always JSON", impossible);
    }
  }

  /** A line as it was read; empty if no server wrote these bytes. */
  public static Optional<AuditLine> parse(byte[] bytes) {
    try {
      JsonNode line = JSON.readTree(bytes);
      SortedMap<String, String> details = new TreeMap<>();
      line.path("details")
          .properties()
          .forEach(detail -> details.put(detail.getKey(), detail.getValue().asText()));
      AuditLine parsed =
          new AuditLine(
              line.path("sequence").asLong(),
              Instant.parse(line.path("time").asText()),
              new AuditEntry(
                  line.path("caller").asText(),
                  line.path("request").asText(),
                  line.path("action").asText(),
                  line.path("target").asText(),
                  Decision.valueOf(line.path("decision").asText()),
                  line.path("reason").asText(),
                  details),
              line.path("previous").asText());
      // Whatever says the same in other words was not written by a server.
      return Arrays.equals(parsed.bytes(), bytes) ? Optional.of(parsed) : Optional.empty();
    } catch (IOException | DateTimeException | IllegalArgumentException foreign) {
      return Optional.empty();
    }
  }

  /** SHA-256 of a line, in hexadecimal. */
  public static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** The line as text. */
  public String json() {
    return new String(bytes(), StandardCharsets.US_ASCII);
  }
}
