package dev.millrace.server.protocol.v1;

import dev.millrace.server.inference.shadow.ShadowTraffic;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.TrafficControl;
import dev.millrace.v1.ListDisagreementsRequest;
import dev.millrace.v1.ListDisagreementsResponse;
import dev.millrace.v1.SetTrafficRequest;

/** The calls about shares of traffic. Thread-safe. */
public final class TrafficCalls {
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
    ModelName model = VersionCalls.model(request.getModel());
    control.set(
        model,
        ShadowCodec.decode(request.getTraffic()),
        new ChangeOrder(Callers.current().id(), request.getEtag(), request.getReason()));
    return model;
  }

  ListDisagreementsResponse listDisagreements(ListDisagreementsRequest request) {
    ModelName model = VersionCalls.model(request.getModel());
    control.requireKnown(model);
    ListDisagreementsResponse.Builder response = ListDisagreementsResponse.newBuilder();
    shadows.disagreements(model).forEach(seen -> response.addDisagreements(codec.encode(seen)));
    return response.build();
  }
}
