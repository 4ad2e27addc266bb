package dev.millrace.server.protocol.v1;

import dev.millrace.server.inference.shadow.ShadowTraffic;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.protocol.CallerAddress;
import dev.millrace.server.rollout.TrafficControl;
import dev.millrace.v1.ListDisagreementsRequest;
import dev.millrace.v1.ListDisagreementsResponse;
import dev.millrace.v1.SetTrafficRequest;
import java.util.List;

/** The calls about shares of traffic. Thread-safe. */
public final class TrafficCalls {
  private static final int LONGEST_REASON = 1000;

  private final TrafficControl control;
  private final ShadowTraffic shadows;
  private final ShadowCodec codec = new ShadowCodec();

  /** Calls over the use cases. */
  public TrafficCalls(TrafficControl control, ShadowTraffic shadows) {
    this.control = control;
    this.shadows = shadows;
  }

  /** Sets the shares; returns the model that was changed. */
  ModelName setTraffic(SetTrafficRequest request) {
    ModelName model = model(request.getModel());
    if (request.getReason().length() > LONGEST_REASON) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "reason",
                  ErrorReason.PARAMETER_INVALID,
                  "expected at most "
                      + LONGEST_REASON
                      + " characters, got "
                      + request.getReason().length())));
    }
    control.set(
        model,
        request.getEtag(),
        ShadowCodec.decode(request.getTraffic()),
        CallerAddress.current().id(),
        request.getReason());
    return model;
  }

  ListDisagreementsResponse listDisagreements(ListDisagreementsRequest request) {
    ModelName model = model(request.getModel());
    control.requireKnown(model);
    ListDisagreementsResponse.Builder response = ListDisagreementsResponse.newBuilder();
    shadows.disagreements(model).forEach(seen -> response.addDisagreements(codec.encode(seen)));
    return response.build();
  }

  private static ModelName model(String name) {
    ModelReference reference = ModelReference.parse(name);
    if (!(reference.choice() instanceof VersionChoice.Latest)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID, "write the model alone, as 'mnist' or 'models/mnist'");
    }
    return reference.model();
  }
}
