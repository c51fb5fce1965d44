-- What is known of how well stored contents are, and when that was last proved.

-- Contents that a scrub found not to be what was written. Their bytes stay as they are; a row goes when a later pass finds its content good, or with its content.
CREATE TABLE damages (
  content_id INTEGER NOT NULL PRIMARY KEY,
  vault_id INTEGER NOT NULL,
  -- When it was first found, and when last.
  found INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  fault TEXT NOT NULL
);
CREATE INDEX damages_vault ON damages (vault_id);

CREATE TABLE care_state (
  state_id INTEGER NOT NULL PRIMARY KEY CHECK (state_id = 1),
  -- The pass under way, which another node goes on with: null and zeros for none.
  pass_started INTEGER,
  -- The last content that it has looked at, and whose that is.
  pass_vault INTEGER NOT NULL DEFAULT 0,
  pass_after INTEGER NOT NULL DEFAULT 0,
  pass_contents INTEGER NOT NULL DEFAULT 0,
  pass_bytes INTEGER NOT NULL DEFAULT 0,
  pass_unread INTEGER NOT NULL DEFAULT 0,
  -- When the last pass that came to its end had begun.
  last_started INTEGER,
  -- When a pass last came to its end that could read every content.
  last_scrub INTEGER,
  last_restore_test INTEGER
);
INSERT INTO care_state (state_id) VALUES (1);
