package dev.millrace.server.protocol.v1;

import static dev.millrace.server.protocol.v1.ModelCodec.timestamp;

import dev.millrace.server.gate.Gate;
import dev.millrace.server.gate.Judgement;
import dev.millrace.server.gate.Policies;
import dev.millrace.server.gate.RuleResult;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.GetGateRequest;
import dev.millrace.v1.GetGateResponse;
import dev.millrace.v1.GetJudgementRequest;
import dev.millrace.v1.GetJudgementResponse;
import dev.millrace.v1.JudgeVersionRequest;
import dev.millrace.v1.JudgeVersionResponse;
import dev.millrace.v1.JudgementState;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.function.Consumer;

/** The native gate service. Thread-safe. */
public final class GateServiceV1 extends GateServiceGrpc.GateServiceImplBase {
  private static final int MOST = 50;

  private final Gate gate;
  private final Policies policies;
  private final Consumer<ModelName> requireModel;
  private final StatusMapper statuses;

  /**
   * A service over a gate.
   *
   * @param requireModel throws MODEL_NOT_FOUND for a name that is no model's
   */
  public GateServiceV1(
      Gate gate, Policies policies, Consumer<ModelName> requireModel, StatusMapper statuses) {
    this.gate = gate;
    this.policies = policies;
    this.requireModel = requireModel;
    this.statuses = statuses;
  }

  @Override
  public void getGate(GetGateRequest request, StreamObserver<GetGateResponse> observer) {
    Answers.send(observer, () -> gate(VersionCalls.model(request.getModel())), statuses::toStatus);
  }

  private GetGateResponse gate(ModelName model) {
    GetGateResponse.Builder response = GetGateResponse.newBuilder();
    policies
        .find(model)
        .ifPresentOrElse(
            policy -> response.setPolicy(policy.text()).setPolicyDigest(policy.digest()),
            () -> requireModel.accept(model));
    gate.of(model, MOST).forEach(judgement -> response.addJudgements(encode(judgement)));
    return response.build();
  }

  @Override
  public void getJudgement(
      GetJudgementRequest request, StreamObserver<GetJudgementResponse> observer) {
    Answers.send(
        observer,
        () ->
            GetJudgementResponse.newBuilder()
                .setJudgement(encode(find(VersionCalls.version(request.getName()))))
                .build(),
        statuses::toStatus);
  }

  private Judgement find(VersionId id) {
    return gate.find(id)
        .orElseThrow(
            () ->
                new ServingException(
                    ErrorReason.JUDGEMENT_NOT_FOUND,
                    id + " was not judged; JudgeVersion does that",
                    Map.of("model", id.model().id(), "version", Long.toString(id.number()))));
  }

  @Override
  public void judgeVersion(
      JudgeVersionRequest request, StreamObserver<JudgeVersionResponse> observer) {
    Answers.send(
        observer,
        () ->
            JudgeVersionResponse.newBuilder()
                .setJudgement(
                    encode(
                        gate.judge(
                            VersionCalls.version(request.getName()),
                            !request.getHold(),
                            Callers.current())))
                .build(),
        statuses::toStatus);
  }

  private static dev.millrace.v1.Judgement encode(Judgement judgement) {
    dev.millrace.v1.Judgement.Builder builder =
        dev.millrace.v1.Judgement.newBuilder()
            .setVersion(judgement.version().resource())
            .setPolicyDigest(judgement.policyDigest())
            .setState(JudgementState.valueOf("JUDGEMENT_STATE_" + judgement.state().name()))
            .setMessage(judgement.message())
            .setCreateTime(timestamp(judgement.createTime()))
            .setUpdateTime(timestamp(judgement.updateTime()));
    if (judgement.champion() > 0) {
      builder.setComparedWith(
          new VersionId(judgement.version().model(), judgement.champion()).resource());
    }
    if (!judgement.evaluation().isEmpty()) {
      builder.setEvaluation("evaluations/" + judgement.evaluation());
    }
    judgement.rules().forEach(rule -> builder.addRules(encode(rule)));
    return builder.build();
  }

  private static dev.millrace.v1.RuleResult encode(RuleResult rule) {
    return dev.millrace.v1.RuleResult.newBuilder()
        .setRule(rule.rule())
        .setBar(rule.bar())
        .setAtLeast(rule.atLeast())
        .setValue(rule.value())
        .setPassed(rule.passed())
        .setWords(rule.words())
        .build();
  }
}
