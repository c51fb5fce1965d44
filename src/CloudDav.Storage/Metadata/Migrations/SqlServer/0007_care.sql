-- What is known of how well stored contents are, and when that was last proved.

-- Contents that a scrub found not to be what was written. Their bytes stay as they are; a row goes when a later pass finds its content good, or with its content.
CREATE TABLE dbo.damages (
  content_id bigint NOT NULL,
  vault_id bigint NOT NULL,
  -- When it was first found, and when last.
  found bigint NOT NULL,
  seen bigint NOT NULL,
  fault nvarchar(max) NOT NULL,
  CONSTRAINT pk_damages PRIMARY KEY CLUSTERED (vault_id, content_id)
);
GO

CREATE TABLE dbo.care_state (
  state_id tinyint NOT NULL,
  -- The pass under way, which another node goes on with: null and zeros for none.
  pass_started bigint NULL,
  -- The last content that it has looked at, and whose that is.
  pass_vault bigint NOT NULL,
  pass_after bigint NOT NULL,
  pass_contents bigint NOT NULL,
  pass_bytes bigint NOT NULL,
  pass_unread bigint NOT NULL,
  -- When the last pass that came to its end had begun.
  last_started bigint NULL,
  -- When a pass last came to its end that could read every content.
  last_scrub bigint NULL,
  last_restore_test bigint NULL,
  CONSTRAINT pk_care_state PRIMARY KEY CLUSTERED (state_id),
  CONSTRAINT ck_care_state CHECK (state_id = 1)
);
INSERT INTO dbo.care_state (state_id, pass_vault, pass_after, pass_contents, pass_bytes, pass_unread) VALUES (1, 0, 0, 0, 0, 0);
GO
