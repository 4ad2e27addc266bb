-- The latest judgement of each version at its model's gate; what came of each rule is JSON.
CREATE TABLE judgement (
  model         TEXT    NOT NULL,
  number        INTEGER NOT NULL,
  champion      INTEGER NOT NULL,
  evaluation    TEXT    NOT NULL,
  policy_digest TEXT    NOT NULL,
  promote       INTEGER NOT NULL CHECK (promote IN (0, 1)),
  state         TEXT    NOT NULL,
  rules         TEXT    NOT NULL,
  message       TEXT    NOT NULL,
  create_time   TEXT    NOT NULL,
  update_time   TEXT    NOT NULL,
  PRIMARY KEY (model, number)
) STRICT, WITHOUT ROWID;
