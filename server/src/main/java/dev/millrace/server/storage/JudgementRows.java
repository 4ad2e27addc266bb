package dev.millrace.server.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.server.gate.Judgement;
import dev.millrace.server.gate.JudgementState;
import dev.millrace.server.gate.JudgementStore;
import dev.millrace.server.gate.RuleResult;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;

/** Judgements as rows of the registry's database, over the connection of its store. */
final class JudgementRows implements JudgementStore {
  private static final TypeReference<List<RuleResult>> RULES = new TypeReference<>() {};

  private final Jdbi jdbi;
  private final Object calls;
  private final JsonMapper json = JsonMapper.builder().build();

  /**
   * Rows of a database.
   *
   * @param calls the monitor that guards the connection
   */
  JudgementRows(Jdbi jdbi, Object calls) {
    this.jdbi = jdbi;
    this.calls = calls;
  }

  @Override
  public Optional<Judgement> find(VersionId id) {
    synchronized (calls) {
      return jdbi.withHandle(
          handle ->
              handle
                  .createQuery("SELECT * FROM judgement WHERE model = :model AND number = :number")
                  .bind("model", id.model().id())
                  .bind("number", id.number())
                  .map(this::read)
                  .findOne());
    }
  }

  @Override
  public List<Judgement> of(ModelName model, int limit) {
    synchronized (calls) {
      return jdbi.withHandle(
          handle ->
              handle
                  .createQuery(
                      "SELECT * FROM judgement WHERE model = :model ORDER BY number DESC LIMIT"
                          + " :limit")
                  .bind("model", model.id())
                  .bind("limit", limit)
                  .map(this::read)
                  .list());
    }
  }

  @Override
  public List<Judgement> underWay() {
    synchronized (calls) {
      return jdbi.withHandle(
          handle ->
              handle
                  .createQuery(
                      "SELECT * FROM judgement WHERE state IN ('EVALUATING', 'PROMOTING',"
                          + " 'SHADOWING', 'CANARYING') ORDER BY create_time")
                  .map(this::read)
                  .list());
    }
  }

  @Override
  public void write(Judgement judgement) {
    synchronized (calls) {
      jdbi.useTransaction(
          handle ->
              handle
                  .createUpdate(
                      "INSERT OR REPLACE INTO judgement (model, number, champion, evaluation,"
                          + " policy_digest, promote, state, rules, message, create_time,"
                          + " update_time) VALUES (:model, :number, :champion, :evaluation,"
                          + " :policy, :promote, :state, :rules, :message, :created, :updated)")
                  .bind("model", judgement.version().model().id())
                  .bind("number", judgement.version().number())
                  .bind("champion", judgement.champion())
                  .bind("evaluation", judgement.evaluation())
                  .bind("policy", judgement.policyDigest())
                  .bind("promote", judgement.promote() ? 1 : 0)
                  .bind("state", judgement.state().name())
                  .bind("rules", written(judgement.rules()))
                  .bind("message", judgement.message())
                  .bind("created", judgement.createTime().toString())
                  .bind("updated", judgement.updateTime().toString())
                  .execute());
    }
  }

  private Judgement read(ResultSet row, StatementContext context) throws SQLException {
    return new Judgement(
        new VersionId(new ModelName(row.getString("model")), row.getLong("number")),
        row.getLong("champion"),
        row.getString("evaluation"),
        row.getString("policy_digest"),
        row.getInt("promote") == 1,
        JudgementState.valueOf(row.getString("state")),
        rules(row.getString("rules")),
        row.getString("message"),
        Instant.parse(row.getString("create_time")),
        Instant.parse(row.getString("update_time")));
  }

  private String written(List<RuleResult> rules) {
    try {
      return json.writeValueAsString(rules);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("rules cannot be written", impossible);
    }
  }

  private List<RuleResult> rules(String text) {
    try {
      return json.readValue(text, RULES);
    } catch (JsonProcessingException damaged) {
      throw new IllegalStateException("the rules of a judgement cannot be read", damaged);
    }
  }
}
