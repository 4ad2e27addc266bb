package dev.millrace.server.bench;

import dev.millrace.server.model.Credentials;
import dev.millrace.server.security.key.KeyChanges;
import dev.millrace.server.security.key.KeyFile;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.testing.Issuer;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.server.testing.ServedModels;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/** What it costs to find out who calls, and what that caller may do. */
final class Auth implements Scenario {
  private static final List<Grant> ROLES = List.of(Grant.parse("predictor:ha*").orElseThrow());

  @Override
  public String name() {
    return "auth";
  }

  @Override
  public String description() {
    return "y = x/2 + 2 of one number, one caller, by gRPC: to an open server, and to one that asks"
        + " for credentials, with an API key and with a JWT by RS256, call by call in turn, on"
        + " three pairs of servers. The role is scoped to models by a pattern.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    Series open = new Series();
    Series overKey = new Series();
    Series overToken = new Series();
    // Two processes of one program differ by more than what is looked for.
    for (int pair = 0; pair < rig.rounds(); pair++) {
      measurePair(rig, open, overKey, overToken);
    }
    report.add("Predict by gRPC, open server, p50", "us", open);
    report.add("p50 with an API key minus open", "us", overKey, Figure.Bar.atMost(30));
    report.add("p50 with a JWT minus open", "us", overToken, Figure.Bar.atMost(60));
  }

  private static void measurePair(Rig rig, Series open, Series overKey, Series overToken)
      throws Exception {
    byte[] request = rig.numbers(1);
    Path home = rig.home(rig.half());
    Issuer issuer = new Issuer("");
    Path keys = Files.writeString(home.resolve("jwks.json"), issuer.keys());
    String key =
        new KeyChanges(
                new KeyFile(home.resolve(".millrace")), new SecureRandom(), Clock.systemUTC())
            .create("bench", ROLES, Optional.empty());
    Date later = Date.from(Instant.now().plusSeconds(3600));
    String token =
        issuer.sign(Issuer.claims("bench", Instant.now(), "predictor:ha*").expirationTime(later));
    try (BenchServer plain = rig.server(rig.half(), "");
        RunningServer guarded =
            RunningServer.start(
                home,
                "--jwt-issuer=" + Issuer.NAME,
                "--jwt-audience=" + Issuer.AUDIENCE,
                "--jwt-keys=" + keys);
        Load without = plain.load();
        Load byKey = new Load(guarded.address(), PredictCall.method(), bearer(key));
        Load byToken = new Load(guarded.address(), PredictCall.method(), bearer(token))) {
      await(guarded, key);
      // Both servers are asked every other time: one that rests for longer wakes up more slowly.
      List<Load> loads = List.of(without, byKey, without, byToken);
      for (Load load : List.of(without, byKey, byToken)) {
        load.closedLoop(request, Rig.CALLERS, rig.serverWarmUp());
      }
      Load.inTurn(loads, request, rig.warmUp());
      for (int round = 0; round < rig.rounds(); round++) {
        List<LoadResult> results = Load.inTurn(loads, request, rig.time().multipliedBy(3));
        if (results.stream().anyMatch(result -> result.failures() > 0)) {
          throw new IllegalStateException("calls were refused: " + results);
        }
        double alone = (results.get(0).micros(50) + results.get(2).micros(50)) / 2;
        open.add(alone);
        overKey.add(results.get(1).micros(50) - alone);
        overToken.add(results.get(3).micros(50) - alone);
      }
    }
  }

  private static void await(RunningServer server, String key) {
    ManagedChannel channel = NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
    try {
      ServedModels.await(
          ClientInterceptors.intercept(
              channel, MetadataUtils.newAttachHeadersInterceptor(bearer(key))),
          1);
    } finally {
      channel.shutdownNow();
    }
  }

  private static Metadata bearer(String secret) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of(Credentials.AUTHORIZATION, Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + secret);
    return headers;
  }
}
