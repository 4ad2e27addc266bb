package dev.millrace.server.protocol.v1;

import dev.millrace.server.feedback.Feedback;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.GetFeedbackRequest;
import dev.millrace.v1.GetFeedbackResponse;
import dev.millrace.v1.GiveFeedbackRequest;
import dev.millrace.v1.GiveFeedbackResponse;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;

/** The native feedback service. Thread-safe. */
public final class FeedbackServiceV1 extends FeedbackServiceGrpc.FeedbackServiceImplBase {
  private final Feedback feedback;
  private final Consumer<ModelName> requireModel;
  private final StatusMapper statuses;

  /**
   * A service over feedback.
   *
   * @param requireModel throws MODEL_NOT_FOUND for a name that is no model's
   */
  public FeedbackServiceV1(
      Feedback feedback, Consumer<ModelName> requireModel, StatusMapper statuses) {
    this.feedback = feedback;
    this.requireModel = requireModel;
    this.statuses = statuses;
  }

  @Override
  public void giveFeedback(
      GiveFeedbackRequest request, StreamObserver<GiveFeedbackResponse> observer) {
    Answers.send(
        observer,
        () -> {
          ModelName model = VersionCalls.model(request.getModel());
          // Names that are no model's would be remembered with their settings.
          requireModel.accept(model);
          Feedback.Told told =
              feedback.tell(model, request.getRequestId(), request.getLabelsList());
          return GiveFeedbackResponse.newBuilder()
              .setVersion(told.version().resource())
              .setRight(told.right())
              .addAllPredicted(told.labels())
              .build();
        },
        statuses::toStatus);
  }

  @Override
  public void getFeedback(
      GetFeedbackRequest request, StreamObserver<GetFeedbackResponse> observer) {
    Answers.send(
        observer, () -> report(VersionCalls.model(request.getModel())), statuses::toStatus);
  }

  private GetFeedbackResponse report(ModelName model) {
    requireModel.accept(model);
    GetFeedbackResponse.Builder response =
        GetFeedbackResponse.newBuilder()
            .setEnabled(feedback.takes(model))
            .setWaiting(feedback.waiting(model));
    feedback
        .report(model)
        .forEach(version -> response.addVersions(FeedbackCodec.encode(model, version)));
    return response.build();
  }
}
