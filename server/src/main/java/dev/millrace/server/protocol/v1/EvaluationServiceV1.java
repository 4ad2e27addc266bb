package dev.millrace.server.protocol.v1;

import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationOrder;
import dev.millrace.server.evaluation.Evaluations;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.CancelEvaluationRequest;
import dev.millrace.v1.CancelEvaluationResponse;
import dev.millrace.v1.EvaluateRequest;
import dev.millrace.v1.EvaluateResponse;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.GetEvaluationRequest;
import dev.millrace.v1.GetEvaluationResponse;
import dev.millrace.v1.ListEvaluationsRequest;
import dev.millrace.v1.ListEvaluationsResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Predicate;

/** The native evaluation service. Thread-safe. */
public final class EvaluationServiceV1 extends EvaluationServiceGrpc.EvaluationServiceImplBase {
  private final Evaluations evaluations;
  private final StatusMapper statuses;
  private final EvaluationCodec codec = new EvaluationCodec();

  /** A service over the evaluations. */
  public EvaluationServiceV1(Evaluations evaluations, StatusMapper statuses) {
    this.evaluations = evaluations;
    this.statuses = statuses;
  }

  @Override
  public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
    Answers.send(
        observer,
        () ->
            EvaluateResponse.newBuilder()
                .setEvaluation(
                    codec.encode(create(codec.decode(request.getSpec()), request.getRequestId())))
                .build(),
        statuses::toStatus);
  }

  private Evaluation create(EvaluationOrder order, String requestId) {
    Callers.requireOfSeen(Permission.TRAIN, order.model().model());
    order
        .baseline()
        .ifPresent(baseline -> Callers.requireOfSeen(Permission.VIEW, baseline.model()));
    SeenDatasets.require(order.dataset());
    return evaluations.create(order, Callers.own(requestId), Callers.current());
  }

  /** Figures of a baseline are the baseline's. */
  private static boolean isSeen(Evaluation evaluation) {
    VersionId baseline = evaluation.spec().baseline();
    return Callers.see(evaluation.spec().version().model())
        && (baseline == null || Callers.see(baseline.model()));
  }

  @Override
  public void getEvaluation(
      GetEvaluationRequest request, StreamObserver<GetEvaluationResponse> observer) {
    Answers.send(
        observer,
        () ->
            GetEvaluationResponse.newBuilder()
                .setEvaluation(
                    codec.encode(
                        evaluations.get(codec.id(request.getName()), EvaluationServiceV1::isSeen)))
                .build(),
        statuses::toStatus);
  }

  @Override
  public void listEvaluations(
      ListEvaluationsRequest request, StreamObserver<ListEvaluationsResponse> observer) {
    Answers.send(observer, () -> list(request), statuses::toStatus);
  }

  private ListEvaluationsResponse list(ListEvaluationsRequest request) {
    Page page = Page.of(request.getPageSize(), request.getPageToken());
    Predicate<Evaluation> meant = meant(request.getModel());
    List<Evaluation> rest =
        evaluations.list().stream()
            .filter(one -> page.isBeforeToken(one.id()))
            .filter(meant)
            .filter(EvaluationServiceV1::isSeen)
            .toList();
    List<Evaluation> shown = rest.subList(0, Math.min(rest.size(), page.size()));
    ListEvaluationsResponse.Builder response = ListEvaluationsResponse.newBuilder();
    shown.forEach(one -> response.addEvaluations(codec.encode(one)));
    if (rest.size() > shown.size()) {
      response.setNextPageToken(Page.tokenAfter(shown.get(shown.size() - 1).id()));
    }
    return response.build();
  }

  private static Predicate<Evaluation> meant(String model) {
    if (model.isEmpty()) {
      return one -> true;
    }
    ModelReference reference = ModelReference.parse(model);
    return one -> reference.means(one.spec().version());
  }

  @Override
  public void cancelEvaluation(
      CancelEvaluationRequest request, StreamObserver<CancelEvaluationResponse> observer) {
    Answers.send(
        observer,
        () -> {
          String id = codec.id(request.getName());
          Evaluation seen = evaluations.get(id, EvaluationServiceV1::isSeen);
          Callers.require(Permission.TRAIN, seen.spec().version().model());
          return CancelEvaluationResponse.newBuilder()
              .setEvaluation(codec.encode(evaluations.cancel(id)))
              .build();
        },
        statuses::toStatus);
  }
}
