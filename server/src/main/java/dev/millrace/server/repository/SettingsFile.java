package dev.millrace.server.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.BakeLimits;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.RequestLogSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.ShadowSettings;
import dev.millrace.server.model.VersionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * The file {@code millrace.yaml} in a model's folder, in which an operator chooses how the model is
 * run. Every key may be left out. Stateless.
 */
final class SettingsFile {
  static final String NAME = "millrace.yaml";
  private static final long LARGEST = 64 << 10;
  // Stands for the text of a file that is not read.
  private static final String TOO_LARGE = "too large";

  private SettingsFile() {}

  /** The file's text; empty when there is none. */
  static String text(Path modelFolder) throws IOException {
    Path file = modelFolder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return "";
    }
    return Files.size(file) > LARGEST ? TOO_LARGE : Files.readString(file);
  }

  /**
   * Reads settings.
   *
   * @throws ServingException SETTINGS_INVALID, with the key at fault
   */
  static ModelSettings parse(String text) {
    return parse(text, ModelSettings.DEFAULT);
  }

  /**
   * Reads settings.
   *
   * @param defaults what holds where the file says nothing of how requests share runs and wait
   * @throws ServingException SETTINGS_INVALID, with the key at fault
   */
  static ModelSettings parse(String text, ModelSettings defaults) {
    if (text.equals(TOO_LARGE)) {
      throw invalid("it is larger than 64 KiB");
    }
    JsonNode root;
    try {
      root =
          YAMLMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .build()
              .readTree(text);
    } catch (JsonProcessingException malformed) {
      throw invalid("it is no YAML: " + malformed.getOriginalMessage());
    }
    if (root.isMissingNode() || root.isNull()) {
      return defaults;
    }
    return read(SettingsReader.of(root), defaults);
  }

  /** Every key that the file may hold, such as {@code cache.max-size}. */
  static SortedSet<String> keys() {
    SettingsReader reader = SettingsReader.of(MissingNode.getInstance());
    read(reader, ModelSettings.DEFAULT);
    return reader.asked();
  }

  private static ModelSettings read(SettingsReader reader, ModelSettings defaults) {
    ExecutionMode execution =
        reader.choice(
            "execution",
            Map.of(
                "auto", ExecutionMode.AUTO,
                "per-core", ExecutionMode.PER_CORE,
                "all-cores", ExecutionMode.ALL_CORES),
            ExecutionMode.AUTO);
    BatchingSettings batching = batching(reader.section("batching"), defaults.batching());
    AdmissionSettings admission = admission(reader.section("admission"), defaults.admission());
    CacheSettings cache = cache(reader.section("cache"));
    ShadowSettings shadow = shadow(reader.section("shadow"));
    SettingsReader rollout = reader.section("rollout");
    BakeLimits bakeLimits = bakeLimits(rollout);
    Duration bake = rollout.duration("bake", ModelSettings.DEFAULT_BAKE);
    rollout.requireNoOthers();
    VersionSettings versions = versions(reader.section("versions"));
    // What the operator of the server asks for, no model's folder can take back.
    boolean signed = reader.flag("require-signature", false) || defaults.requireSignature();
    RequestLogSettings requestLog = requestLog(reader.section("request-log"));
    reader.requireNoOthers();
    return new ModelSettings(
        execution,
        batching,
        admission,
        cache,
        shadow,
        bakeLimits,
        versions,
        bake,
        signed,
        requestLog);
  }

  private static VersionSettings versions(SettingsReader section) {
    VersionSettings defaults = VersionSettings.DEFAULT;
    VersionSettings settings =
        new VersionSettings(
            section.choice(
                "policy",
                Map.of(
                    "latest", VersionSettings.Policy.LATEST,
                    "all", VersionSettings.Policy.ALL,
                    "list", VersionSettings.Policy.LIST),
                defaults.policy()),
            section.count("latest", defaults.latest()),
            section.ascendingCounts("list", defaults.list()));
    section.requireNoOthers();
    boolean byList = settings.policy() == VersionSettings.Policy.LIST;
    if (byList == settings.list().isEmpty()) {
      throw invalid("'versions.policy: list' and 'versions.list' go together");
    }
    return settings;
  }

  private static BatchingSettings batching(SettingsReader section, BatchingSettings defaults) {
    BatchingSettings settings =
        new BatchingSettings(
            section.flag("enabled", defaults.enabled()),
            section.countOrAuto("max-size", defaults.maxSize()),
            section.ascendingCounts("allowed-sizes", defaults.allowedSizes()),
            section.duration("max-delay", defaults.maxDelay()),
            section.duration("latency-target", defaults.latencyTarget()));
    section.requireNoOthers();
    List<Integer> allowed = settings.allowedSizes();
    if (settings.maxSize() > 0 && !allowed.isEmpty() && settings.maxSize() < allowed.get(0)) {
      throw invalid(
          "'batching.max-size' must be at least "
              + allowed.get(0)
              + ", the least of 'batching.allowed-sizes', got '"
              + settings.maxSize()
              + "'");
    }
    if (settings.latencyTarget().isZero()) {
      throw invalid("'batching.latency-target' must be at least 1ms, got '0'");
    }
    return settings;
  }

  private static AdmissionSettings admission(SettingsReader section, AdmissionSettings defaults) {
    AdmissionSettings settings =
        new AdmissionSettings(
            section.count("max-requests", defaults.maxRequests()),
            section.bytes("max-size", defaults.maxBytes()),
            section.duration("max-wait", defaults.maxWait()));
    section.requireNoOthers();
    return settings;
  }

  private static CacheSettings cache(SettingsReader section) {
    CacheSettings defaults = CacheSettings.OFF;
    CacheSettings settings =
        new CacheSettings(
            section.bytes("max-size", defaults.maxBytes()),
            section.duration("time-to-live", defaults.timeToLive()),
            section.flag("across-callers", defaults.acrossCallers()));
    section.requireNoOthers();
    return settings;
  }

  private static ShadowSettings shadow(SettingsReader section) {
    ShadowSettings defaults = ShadowSettings.DEFAULT;
    ShadowSettings settings =
        new ShadowSettings(
            section.count("keep-disagreements", defaults.keepDisagreements(), 0, 1000),
            section.flag("keep-inputs", defaults.keepInputs()));
    section.requireNoOthers();
    return settings;
  }

  private static RequestLogSettings requestLog(SettingsReader section) {
    RequestLogSettings defaults = RequestLogSettings.OFF;
    RequestLogSettings settings =
        new RequestLogSettings(
            section.share("sample", defaults.sample()),
            section.names("leave-out", defaults.leaveOut()),
            section.flag("answers", defaults.answers()),
            section.bytes("file-size", defaults.fileBytes()),
            section.bytes("max-size", defaults.maxBytes()),
            section.duration("keep", defaults.keep()));
    section.requireNoOthers();
    return settings;
  }

  private static BakeLimits bakeLimits(SettingsReader section) {
    BakeLimits defaults = BakeLimits.DEFAULT;
    return new BakeLimits(
        section.flag("automatic", defaults.automatic()),
        section.share("max-error-rate", defaults.maxErrorRate()),
        section.share("max-slow-rate", defaults.maxSlowRate()),
        section.number("latency-ratio", defaults.latencyRatio(), 1, 1000),
        section.share("min-agreement", defaults.minAgreement()),
        section.share("compare-share", defaults.compareShare()));
  }

  static ServingException invalid(String why) {
    return new ServingException(
        ErrorReason.SETTINGS_INVALID, "the model's " + NAME + " cannot be used: " + why);
  }
}
