package dev.millrace.server.protocol.v1;

import dev.millrace.server.registry.Bake;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Traffic;
import java.util.List;
import java.util.Map;

/** What is decided about a model, as messages. Stateless. */
final class RecordCodec {
  private RecordCodec() {}

  static List<String> labels(ModelRecord record, long version) {
    return record.labels().entrySet().stream()
        .filter(label -> label.getValue() == version)
        .map(Map.Entry::getKey)
        .toList();
  }

  static dev.millrace.v1.Traffic encode(Traffic traffic) {
    dev.millrace.v1.Traffic.Builder builder = dev.millrace.v1.Traffic.newBuilder();
    traffic
        .canaries()
        .forEach(
            canary ->
                builder.addCanaries(
                    dev.millrace.v1.Canary.newBuilder()
                        .setVersion(canary.version())
                        .setShare(canary.share())));
    traffic
        .shadow()
        .ifPresent(
            shadow ->
                builder.setShadow(
                    dev.millrace.v1.Shadow.newBuilder()
                        .setVersion(shadow.version())
                        .setShare(shadow.share())));
    return builder.build();
  }

  static dev.millrace.v1.Bake encode(Bake bake) {
    return dev.millrace.v1.Bake.newBuilder()
        .setVersion(bake.version())
        .setFormerVersion(bake.former())
        .setEndTime(ModelCodec.timestamp(bake.end()))
        .build();
  }

  static dev.millrace.v1.HistoryEvent encode(HistoryEvent event) {
    return dev.millrace.v1.HistoryEvent.newBuilder()
        .setTime(ModelCodec.timestamp(event.time()))
        .setActor(event.actor())
        .setAction(event.action().name())
        .setFromVersion(event.from())
        .setToVersion(event.to())
        .setReason(event.reason())
        .putAllEvidence(event.evidence())
        .build();
  }
}
