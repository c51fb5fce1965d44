-- Wrong passwords, counted per account and address by all processes together. The key is a hash: no address is kept.

CREATE TABLE sign_in_tries (
  tries_key BLOB NOT NULL PRIMARY KEY,
  failures INTEGER NOT NULL,
  window_ends INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_in_tries_window ON sign_in_tries (window_ends);
