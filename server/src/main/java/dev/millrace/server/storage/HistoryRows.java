package dev.millrace.server.storage;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Events of the history as rows, with their evidence. Stateless. */
final class HistoryRows {
  void add(Handle handle, HistoryEvent event) {
    long sequence =
        handle
            .createQuery(
                "INSERT INTO history (model, time, actor, action, from_version, to_version, reason)"
                    + " VALUES (:model, :time, :actor, :action, :from, :to, :reason)"
                    + " RETURNING sequence")
            .bind("model", event.model().id())
            .bind("time", event.time().toString())
            .bind("actor", event.actor())
            .bind("action", event.action().name())
            .bind("from", event.from())
            .bind("to", event.to())
            .bind("reason", event.reason())
            .mapTo(Long.class)
            .one();
    for (Map.Entry<String, String> entry : event.evidence().entrySet()) {
      handle.execute(
          "INSERT INTO evidence VALUES (?, ?, ?)", sequence, entry.getKey(), entry.getValue());
    }
  }

  List<HistoryEvent> read(Handle handle, ModelName model, long before, int limit) {
    return handle
        .createQuery(
            "SELECT sequence, time, actor, action, from_version, to_version, reason FROM history"
                + " WHERE model = :model AND sequence < :before ORDER BY sequence DESC LIMIT :limit")
        .bind("model", model.id())
        .bind("before", before)
        .bind("limit", limit)
        .map(
            (row, context) ->
                new HistoryEvent(
                    row.getLong("sequence"),
                    model,
                    Instant.parse(row.getString("time")),
                    row.getString("actor"),
                    HistoryAction.valueOf(row.getString("action")),
                    row.getLong("from_version"),
                    row.getLong("to_version"),
                    row.getString("reason"),
                    new TreeMap<>()))
        .list()
        .stream()
        .map(event -> withEvidence(handle, event))
        .toList();
  }

  private static HistoryEvent withEvidence(Handle handle, HistoryEvent event) {
    SortedMap<String, String> evidence = new TreeMap<>();
    handle
        .select("SELECT name, value FROM evidence WHERE sequence = ?", event.sequence())
        .map((row, context) -> Map.entry(row.getString("name"), row.getString("value")))
        .forEach(entry -> evidence.put(entry.getKey(), entry.getValue()));
    return new HistoryEvent(
        event.sequence(),
        event.model(),
        event.time(),
        event.actor(),
        event.action(),
        event.from(),
        event.to(),
        event.reason(),
        evidence);
  }
}
