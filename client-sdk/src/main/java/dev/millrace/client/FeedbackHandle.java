package dev.millrace.client;

import dev.millrace.v1.FeatureDrift;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.FeedbackServiceGrpc.FeedbackServiceFutureStub;
import dev.millrace.v1.GetFeedbackRequest;
import dev.millrace.v1.GiveFeedbackRequest;
import dev.millrace.v1.InputDrift;
import dev.millrace.v1.VersionFeedback;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Feedback to a model's predictions, where its policy takes any. Every method waits for the answer
 * and throws {@link MillraceException}. Thread-safe.
 */
public final class FeedbackHandle {
  private final Channel channel;
  private final String model;

  FeedbackHandle(Channel channel, String model) {
    this.channel = channel;
    this.model = model;
  }

  /**
   * Tells the true classes of an earlier prediction.
   *
   * @param requestId the name that it was made with, by {@link ModelHandle#withRequestId}
   * @param labels the true class of each example, as the model writes it
   * @return examples that had been answered rightly
   */
  public int tell(String requestId, List<String> labels) {
    GiveFeedbackRequest request =
        GiveFeedbackRequest.newBuilder()
            .setModel(model)
            .setRequestId(requestId)
            .addAllLabels(labels)
            .build();
    return Channel.await(Channel.future(stub().giveFeedback(request))).getRight();
  }

  /** Online accuracy and drift of the latest versions since the server started. */
  public List<FeedbackReport> report() {
    return Channel.await(
            Channel.future(
                stub().getFeedback(GetFeedbackRequest.newBuilder().setModel(model).build())))
        .getVersionsList()
        .stream()
        .map(FeedbackHandle::decode)
        .toList();
  }

  private FeedbackServiceFutureStub stub() {
    return channel.timed(FeedbackServiceGrpc.newFutureStub(channel.grpc()));
  }

  private static FeedbackReport decode(VersionFeedback version) {
    InputDrift inputs = version.getInputs();
    Map<String, Double> features = new LinkedHashMap<>();
    inputs.getFeaturesList().stream()
        .filter(FeatureDrift::hasPsi)
        .forEach(feature -> features.put(feature.getFeature(), feature.getPsi()));
    return new FeedbackReport(
        Codec.versionOf(version.getVersion()),
        version.getAnswered(),
        new VersionReport.Share(
            version.getAccuracy().getHits(),
            version.getAccuracy().getOf(),
            version.getAccuracy().getValue(),
            version.getAccuracy().getLower(),
            version.getAccuracy().getUpper()),
        version.hasClassPsi() ? OptionalDouble.of(version.getClassPsi()) : OptionalDouble.empty(),
        version.hasConfidenceKs()
            ? OptionalDouble.of(version.getConfidenceKs())
            : OptionalDouble.empty(),
        inputs.hasPsi() ? OptionalDouble.of(inputs.getPsi()) : OptionalDouble.empty(),
        features);
  }
}
