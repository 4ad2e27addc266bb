package dev.millrace.server.boot;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.security.key.KeyChanges;
import dev.millrace.server.security.key.KeyFile;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.Issuer;
import dev.millrace.server.testing.ServedModels;
import dev.millrace.server.testing.SmallModels;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A whole server that asks who calls, with the models {@code team-a-doubling}, {@code
 * team-b-doubling} and {@code shared}, whose answers are cached; and keys and tokens for it.
 */
final class GuardedRig implements AutoCloseable {
  final MillraceServer server;
  final ManagedChannel channel;
  final Http http;
  final Http management;
  final Issuer issuer;
  final KeyChanges changes;
  private final Map<String, String> keys;

  private GuardedRig(
      MillraceServer server, Issuer issuer, KeyChanges changes, Map<String, String> keys) {
    this.server = server;
    this.issuer = issuer;
    this.changes = changes;
    this.keys = keys;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    this.http = new Http(server.httpPort().orElseThrow());
    this.management = new Http(server.managementPort());
  }

  static GuardedRig start(Path folder) throws Exception {
    Path models = folder.resolve("models");
    for (String model : List.of("team-a-doubling", "team-b-doubling", "shared")) {
      SmallModels.doubling(models.resolve(model).resolve("1"));
    }
    Files.writeString(models.resolve("shared/millrace.yaml"), "cache: {max-size: 1MiB}\n");
    Path state = Files.createDirectories(folder.resolve("state"));
    Issuer issuer = new Issuer("");
    Path jwks = Files.writeString(folder.resolve("jwks.json"), issuer.keys());
    KeyChanges changes = new KeyChanges(new KeyFile(state), new SecureRandom(), Clock.systemUTC());
    Map<String, String> keys = new TreeMap<>();
    keys.put("admin", changes.create("admin", grants("admin"), Optional.empty()));
    keys.put("viewer", changes.create("viewer", grants("viewer"), Optional.empty()));
    keys.put(
        "a",
        changes.create("a", grants("predictor:team-a-*", "predictor:shared"), Optional.empty()));
    keys.put(
        "b",
        changes.create(
            "b",
            grants("trainer:team-b-*", "publisher:team-b-*", "predictor:shared"),
            Optional.empty()));
    keys.put("nobody", changes.create("nobody", grants("viewer:none"), Optional.empty()));
    Map<ServeOption, String> options = new EnumMap<>(ServeOption.class);
    options.putAll(
        Map.of(
            ServeOption.REPOSITORY, models.toString(),
            ServeOption.DATA_DIR, state.toString(),
            ServeOption.DATASETS, folder.resolve("datasets").toString(),
            ServeOption.SCAN_INTERVAL, "50ms",
            ServeOption.CHECK_MODELS, "inspect",
            ServeOption.PORT, "0",
            ServeOption.HTTP_PORT, "0",
            ServeOption.MANAGEMENT_PORT, "0"));
    options.putAll(
        Map.of(
            ServeOption.JWT_ISSUER, Issuer.NAME,
            ServeOption.JWT_AUDIENCE, Issuer.AUDIENCE,
            ServeOption.JWT_KEYS, jwks.toString()));
    MillraceServer server = MillraceServer.start(OptionSources.merge(options, Map.of(), ""));
    GuardedRig rig = new GuardedRig(server, issuer, changes, keys);
    ServedModels.await(rig.as("admin"), 3);
    server.awaitReady();
    return rig;
  }

  private static List<Grant> grants(String... texts) {
    return Arrays.stream(texts).map(Grant::parse).map(Optional::orElseThrow).toList();
  }

  /** The key of a caller. */
  String key(String caller) {
    return Optional.ofNullable(keys.get(caller)).orElseThrow();
  }

  /** All keys. */
  Iterable<String> keys() {
    return keys.values();
  }

  /** Calls with the key of a caller. */
  Channel as(String caller) {
    return bearer(key(caller));
  }

  /** Calls with a key or token. */
  Channel bearer(String secret) {
    return with(Credentials.AUTHORIZATION, "Bearer " + secret);
  }

  /** Calls with a header. */
  Channel with(String header, String value) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER), value);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  /** A token of the issuer. */
  String token(String subject, String... roles) {
    return issuer.sign(Issuer.claims(subject, Instant.now(), roles));
  }

  /** An HTTP request with the key of a caller. */
  HttpResponse<byte[]> http(String caller, String verb, String path, String body) {
    return http.send(
        http.request(path)
            .header("authorization", "Bearer " + key(caller))
            .method(verb, HttpRequest.BodyPublishers.ofString(body)));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
