package dev.millrace.client;

import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.GateServiceGrpc.GateServiceFutureStub;
import dev.millrace.v1.GetGateRequest;
import dev.millrace.v1.GetGateResponse;
import dev.millrace.v1.GetJudgementRequest;
import dev.millrace.v1.JudgeVersionRequest;
import dev.millrace.v1.Judgement;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The gate between a model's versions and its champion. Every method waits for the answer and
 * throws {@link MillraceException}. Thread-safe.
 */
public final class GateHandle {
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Channel channel;
  private final String model;

  GateHandle(Channel channel, String model) {
    this.channel = channel;
    this.model = model;
  }

  /** The policy, and what became of the latest versions. */
  public GateInfo show() {
    GetGateResponse response =
        Channel.await(
            Channel.future(stub().getGate(GetGateRequest.newBuilder().setModel(model).build())));
    return new GateInfo(
        response.getPolicy(),
        response.getJudgementsList().stream().map(GateHandle::decode).toList());
  }

  /** The latest judgement of a version; empty when it was not judged. */
  public Optional<JudgementInfo> judgement(long version) {
    try {
      return Optional.of(
          decode(
              Channel.await(
                      Channel.future(
                          stub()
                              .getJudgement(
                                  GetJudgementRequest.newBuilder().setName(name(version)).build())))
                  .getJudgement()));
    } catch (MillraceException refused) {
      if (refused.reason().equals("JUDGEMENT_NOT_FOUND")) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  /**
   * Has a version measured and judged by the model's policy, or by the default one where it has
   * none. Does not wait for the judgement.
   *
   * @param hold true to judge alone; else a version that passes is promoted as the policy says
   */
  public JudgementInfo judge(long version, boolean hold) {
    JudgeVersionRequest request =
        JudgeVersionRequest.newBuilder().setName(name(version)).setHold(hold).build();
    return decode(Channel.await(Channel.future(stub().judgeVersion(request))).getJudgement());
  }

  /**
   * Waits until nothing more will come of a version's judgement by itself.
   *
   * @param onLook called with the judgement as it is, four times a second
   * @return the judgement at its end
   * @throws IllegalStateException if the version was not judged
   */
  public JudgementInfo follow(long version, Consumer<JudgementInfo> onLook) {
    while (true) {
      JudgementInfo now =
          judgement(version)
              .orElseThrow(() -> new IllegalStateException(name(version) + " was not judged"));
      onLook.accept(now);
      if (now.state().isFinal()) {
        return now;
      }
      Channel.await(
          CompletableFuture.supplyAsync(
              () -> now,
              CompletableFuture.delayedExecutor(LOOK.toMillis(), TimeUnit.MILLISECONDS)));
    }
  }

  private GateServiceFutureStub stub() {
    return channel.timed(GateServiceGrpc.newFutureStub(channel.grpc()));
  }

  private String name(long version) {
    return model + "/versions/" + version;
  }

  private static JudgementInfo decode(Judgement judgement) {
    return new JudgementInfo(
        Codec.versionOf(judgement.getVersion()),
        judgement.getComparedWith().isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(Codec.versionOf(judgement.getComparedWith())),
        judgement.getEvaluation().replace("evaluations/", ""),
        state(judgement.getState()),
        judgement.getRulesList().stream()
            .map(
                rule ->
                    new JudgementInfo.Rule(
                        rule.getRule(),
                        rule.getBar(),
                        rule.getAtLeast(),
                        rule.getValue(),
                        rule.getPassed(),
                        rule.getWords()))
            .toList(),
        judgement.getMessage());
  }

  private static JudgementState state(dev.millrace.v1.JudgementState state) {
    return state == dev.millrace.v1.JudgementState.UNRECOGNIZED
        ? JudgementState.UNSPECIFIED
        : JudgementState.valueOf(state.name().replace("JUDGEMENT_STATE_", ""));
  }
}
