package dev.millrace.server.protocol.v1;

import dev.millrace.server.gate.GatedPromote;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.Moved;
import dev.millrace.server.rollout.VersionLife;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.ListHistoryResponse;
import dev.millrace.v1.LoadVersionRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.RollbackRequest;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.UnloadVersionRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The calls that change a version's life, from the wire to the use cases. Thread-safe. */
public final class VersionCalls {
  private static final Pattern LABEL = Pattern.compile("models/([^/]*)/labels/(.*)");
  private static final Duration LONGEST_BAKE = Duration.ofDays(30);

  private final VersionLife life;
  private final GatedPromote promote;

  /** Calls over the use cases. */
  public VersionCalls(VersionLife life, GatedPromote promote) {
    this.life = life;
    this.promote = promote;
  }

  ModelName load(LoadVersionRequest request) {
    VersionId id = version(request.getName());
    life.load().load(id, order(request.getEtag(), request.getReason()));
    return id.model();
  }

  ModelName unload(UnloadVersionRequest request) {
    VersionId id = version(request.getName());
    life.unload().unload(id, order(request.getEtag(), request.getReason()));
    return id.model();
  }

  ModelName delete(DeleteVersionRequest request) {
    VersionId id = version(request.getName());
    life.delete().delete(id, order(request.getEtag(), request.getReason()));
    return id.model();
  }

  ModelName setLabel(SetLabelRequest request) {
    Matcher name = LABEL.matcher(request.getName());
    if (!name.matches()) {
      throw new ServingException(
          ErrorReason.NAME_INVALID, "name the label, as in models/mnist/labels/challenger");
    }
    ModelName model = new ModelName(name.group(1));
    ChangeOrder order = order(request.getEtag(), request.getReason());
    if (request.getVersion() < 0) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "version",
                  ErrorReason.NAME_INVALID,
                  "expected at least 1, or 0 to take the label away")));
    }
    if (request.getVersion() == 0) {
      life.label().remove(model, name.group(2), order);
    } else {
      life.label().set(new VersionId(model, request.getVersion()), name.group(2), order);
    }
    return model;
  }

  Moved promote(PromoteRequest request) {
    return promote.promote(
        version(request.getName()),
        request.getAllowBreaking(),
        request.hasBakeDuration() ? Optional.of(bake(request)) : Optional.empty(),
        request.getOverrideGate(),
        order(request.getEtag(), request.getReason()));
  }

  CompletionStage<Moved> rollBack(RollbackRequest request) {
    return life.rollback()
        .rollBack(model(request.getModel()), order(request.getEtag(), request.getReason()));
  }

  ListHistoryResponse history(ListHistoryRequest request) {
    ModelName model = model(request.getModel());
    Page page = Page.of(request.getPageSize(), request.getPageToken());
    List<HistoryEvent> events = life.history().read(model, before(page), page.size() + 1);
    ListHistoryResponse.Builder response = ListHistoryResponse.newBuilder();
    events.stream()
        .limit(page.size())
        .forEach(event -> response.addEvents(RecordCodec.encode(event)));
    if (events.size() > page.size()) {
      response.setNextPageToken(
          Page.tokenAfter(Long.toString(events.get(page.size() - 1).sequence())));
    }
    return response.build();
  }

  /** The version that a name stands for. */
  static VersionId version(String name) {
    ModelReference reference = ModelReference.parse(name);
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      return new VersionId(reference.model(), exact.number());
    }
    throw new ServingException(
        ErrorReason.NAME_INVALID, "name the version, as in models/mnist/versions/3");
  }

  /** The model that a name stands for. */
  static ModelName model(String name) {
    ModelReference reference = ModelReference.parse(name);
    if (reference.choice() instanceof VersionChoice.Latest) {
      return reference.model();
    }
    throw new ServingException(
        ErrorReason.NAME_INVALID, "name the model alone, as in models/mnist");
  }

  private static long before(Page page) {
    if (page.after().isEmpty()) {
      return Long.MAX_VALUE;
    }
    try {
      return Long.parseLong(page.after());
    } catch (NumberFormatException foreign) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "page_token",
                  ErrorReason.PAGE_TOKEN_INVALID,
                  "expected the next_page_token of an earlier answer")));
    }
  }

  private static Duration bake(PromoteRequest request) {
    com.google.protobuf.Duration asked = request.getBakeDuration();
    boolean inRange =
        asked.getSeconds() >= 0
            && asked.getNanos() >= 0
            && asked.getNanos() < 1_000_000_000
            && asked.getSeconds() <= LONGEST_BAKE.toSeconds();
    if (!inRange) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "bake_duration", ErrorReason.PARAMETER_INVALID, "expected 0 s to 30 days")));
    }
    return Duration.ofSeconds(asked.getSeconds(), asked.getNanos());
  }

  private static ChangeOrder order(String etag, String reason) {
    return new ChangeOrder(Callers.current().id(), etag, reason);
  }
}
