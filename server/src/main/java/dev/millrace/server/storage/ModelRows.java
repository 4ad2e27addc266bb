package dev.millrace.server.storage;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.Bake;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** A model's record as rows of several tables. Stateless. */
final class ModelRows {
  private static final List<String> PARTS =
      List.of("label", "canary", "shadow", "former", "bake", "wish");

  private record Row(long id, String name, long revision, long highest) {}

  List<ModelRecord> read(Handle handle) {
    return handle
        .createQuery("SELECT id, name, revision, highest FROM model ORDER BY name")
        .map(
            (row, context) ->
                new Row(
                    row.getLong("id"),
                    row.getString("name"),
                    row.getLong("revision"),
                    row.getLong("highest")))
        .list()
        .stream()
        .map(row -> read(handle, row))
        .toList();
  }

  void write(Handle handle, ModelRecord record) {
    long id =
        handle
            .createQuery(
                "INSERT INTO model (name, revision, highest) VALUES (:name, :revision, :highest)"
                    + " ON CONFLICT (name) DO UPDATE SET revision = :revision, highest = :highest"
                    + " RETURNING id")
            .bind("name", record.model().id())
            .bind("revision", record.revision())
            .bind("highest", record.highest())
            .mapTo(Long.class)
            .one();
    PARTS.forEach(table -> handle.execute("DELETE FROM " + table + " WHERE model_id = ?", id));
    record
        .labels()
        .forEach(
            (label, version) ->
                handle.execute("INSERT INTO label VALUES (?, ?, ?)", id, label, version));
    List<Canary> canaries = record.traffic().canaries();
    for (int i = 0; i < canaries.size(); i++) {
      Canary canary = canaries.get(i);
      handle.execute(
          "INSERT INTO canary VALUES (?, ?, ?, ?)", id, i, canary.version(), canary.share());
    }
    for (Shadow shadow : record.traffic().shadow().stream().toList()) {
      handle.execute("INSERT INTO shadow VALUES (?, ?, ?)", id, shadow.version(), shadow.share());
    }
    for (int i = 0; i < record.formers().size(); i++) {
      handle.execute("INSERT INTO former VALUES (?, ?, ?)", id, i, record.formers().get(i));
    }
    for (Bake bake : record.bake().stream().toList()) {
      handle.execute(
          "INSERT INTO bake VALUES (?, ?, ?, ?, ?)",
          id,
          bake.version(),
          bake.former(),
          bake.start().toString(),
          bake.end().toString());
    }
    record.pinned().forEach(version -> wish(handle, id, version, "pinned"));
    record.parked().forEach(version -> wish(handle, id, version, "parked"));
  }

  private static void wish(Handle handle, long id, long version, String wish) {
    handle.execute("INSERT INTO wish VALUES (?, ?, ?)", id, version, wish);
  }

  private static ModelRecord read(Handle handle, Row row) {
    TreeMap<String, Long> labels = new TreeMap<>();
    rows(
            handle,
            "SELECT label, version FROM label WHERE model_id = ?",
            row.id(),
            (r, context) -> new Label(r.getString("label"), r.getLong("version")))
        .forEach(label -> labels.put(label.name(), label.version()));
    List<Canary> canaries =
        rows(
            handle,
            "SELECT version, share FROM canary WHERE model_id = ? ORDER BY position",
            row.id(),
            (r, context) -> new Canary(r.getLong("version"), r.getDouble("share")));
    Optional<Shadow> shadow =
        rows(
                handle,
                "SELECT version, share FROM shadow WHERE model_id = ?",
                row.id(),
                (r, context) -> new Shadow(r.getLong("version"), r.getDouble("share")))
            .stream()
            .findFirst();
    List<Long> formers =
        rows(
            handle,
            "SELECT version FROM former WHERE model_id = ? ORDER BY position",
            row.id(),
            (r, context) -> r.getLong("version"));
    Optional<Bake> bake =
        rows(
                handle,
                "SELECT version, former, start_time, end_time FROM bake WHERE model_id = ?",
                row.id(),
                (r, context) ->
                    new Bake(
                        r.getLong("version"),
                        r.getLong("former"),
                        Instant.parse(r.getString("start_time")),
                        Instant.parse(r.getString("end_time"))))
            .stream()
            .findFirst();
    return new ModelRecord(
        new ModelName(row.name()),
        row.revision(),
        labels,
        new Traffic(canaries, shadow),
        formers,
        bake,
        wishes(handle, row.id(), "pinned"),
        wishes(handle, row.id(), "parked"),
        row.highest());
  }

  private record Label(String name, long version) {}

  private static Set<Long> wishes(Handle handle, long id, String wish) {
    return new TreeSet<>(
        handle
            .select("SELECT version FROM wish WHERE model_id = ? AND wish = ?", id, wish)
            .mapTo(Long.class)
            .list());
  }

  private static <T> List<T> rows(Handle handle, String query, long id, RowMapper<T> mapper) {
    return handle.select(query, id).map(mapper).list();
  }
}
