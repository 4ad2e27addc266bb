-- What was used in an hour: hours since 1970 in UTC. A version of 0 is a training.
CREATE TABLE usage (
  hour           INTEGER NOT NULL,
  caller         TEXT    NOT NULL,
  model          TEXT    NOT NULL,
  version        INTEGER NOT NULL,
  requests       INTEGER NOT NULL,
  examples       INTEGER NOT NULL,
  bytes_in       INTEGER NOT NULL,
  bytes_out      INTEGER NOT NULL,
  compute_nanos  INTEGER NOT NULL,
  training_nanos INTEGER NOT NULL,
  saved_nanos    INTEGER NOT NULL,
  PRIMARY KEY (hour, caller, model, version)
) STRICT, WITHOUT ROWID;

-- Number of the last batch that was added, so that none is added twice.
CREATE TABLE batch (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
) STRICT;

INSERT INTO batch (id, number) VALUES (1, 0);

-- Of each training job, the last event whose time is counted, and when that was.
CREATE TABLE job (
  id       TEXT    NOT NULL PRIMARY KEY,
  sequence INTEGER NOT NULL,
  hour     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
