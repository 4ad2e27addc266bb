-- What is decided about one model. Each change is the next revision.
CREATE TABLE model (
  id       INTEGER PRIMARY KEY,
  name     TEXT    NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  highest  INTEGER NOT NULL
) STRICT;

CREATE TABLE label (
  model_id INTEGER NOT NULL REFERENCES model (id),
  label    TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  PRIMARY KEY (model_id, label)
) STRICT, WITHOUT ROWID;

-- In the order of position, which is the order in which they take their shares.
CREATE TABLE canary (
  model_id INTEGER NOT NULL REFERENCES model (id),
  position INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  share    REAL    NOT NULL,
  PRIMARY KEY (model_id, position),
  UNIQUE (model_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE shadow (
  model_id INTEGER NOT NULL PRIMARY KEY REFERENCES model (id),
  version  INTEGER NOT NULL,
  share    REAL    NOT NULL
) STRICT;

-- Champions before the present one, the latest last.
CREATE TABLE former (
  model_id INTEGER NOT NULL REFERENCES model (id),
  position INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  PRIMARY KEY (model_id, position)
) STRICT, WITHOUT ROWID;

-- The watch over a champion that was promoted lately.
CREATE TABLE bake (
  model_id   INTEGER NOT NULL PRIMARY KEY REFERENCES model (id),
  version    INTEGER NOT NULL,
  former     INTEGER NOT NULL,
  start_time TEXT    NOT NULL,
  end_time   TEXT    NOT NULL
) STRICT;

-- Versions that a person wants in memory (pinned) or out of it (parked).
CREATE TABLE wish (
  model_id INTEGER NOT NULL REFERENCES model (id),
  version  INTEGER NOT NULL,
  wish     TEXT    NOT NULL CHECK (wish IN ('pinned', 'parked')),
  PRIMARY KEY (model_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
  model          TEXT    NOT NULL,
  number         INTEGER NOT NULL,
  digest         TEXT    NOT NULL,
  training_job   TEXT    NOT NULL,
  dataset_digest TEXT    NOT NULL,
  parent         INTEGER NOT NULL,
  create_time    TEXT    NOT NULL,
  accepted       INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  PRIMARY KEY (model, number)
) STRICT, WITHOUT ROWID;

-- Who changed what, when and why. Rows are only ever added.
CREATE TABLE history (
  sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
  model        TEXT    NOT NULL,
  time         TEXT    NOT NULL,
  actor        TEXT    NOT NULL,
  action       TEXT    NOT NULL,
  from_version INTEGER NOT NULL,
  to_version   INTEGER NOT NULL,
  reason       TEXT    NOT NULL
) STRICT;

CREATE INDEX history_of_model ON history (model, sequence);

CREATE TABLE evidence (
  sequence INTEGER NOT NULL REFERENCES history (sequence),
  name     TEXT    NOT NULL,
  value    TEXT    NOT NULL,
  PRIMARY KEY (sequence, name)
) STRICT, WITHOUT ROWID;
