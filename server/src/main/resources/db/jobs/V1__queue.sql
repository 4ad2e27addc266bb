-- What db-scheduler keeps of each job that has not ended; times are milliseconds since 1970.
CREATE TABLE scheduled_tasks (
  task_name            TEXT    NOT NULL,
  task_instance        TEXT    NOT NULL,
  task_data            BLOB,
  execution_time       INTEGER NOT NULL,
  picked               INTEGER NOT NULL,
  picked_by            TEXT,
  last_success         INTEGER,
  last_failure         INTEGER,
  consecutive_failures INTEGER,
  last_heartbeat       INTEGER,
  version              INTEGER NOT NULL,
  priority             INTEGER,
  PRIMARY KEY (task_name, task_instance)
) STRICT, WITHOUT ROWID;

CREATE INDEX due ON scheduled_tasks (priority, execution_time);

CREATE INDEX heartbeat ON scheduled_tasks (last_heartbeat);

-- The latest claim of each job in the queue. Tokens come from one counter, so that a job whose row was removed and made
-- again never sees an old one.
CREATE TABLE claim (
  job   TEXT    NOT NULL PRIMARY KEY,
  token INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE last_token (
  token INTEGER NOT NULL
) STRICT;

INSERT INTO last_token VALUES (0);
