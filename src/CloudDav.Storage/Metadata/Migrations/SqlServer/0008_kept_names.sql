-- What is kept of an account that goes. An empty password is none.
CREATE TYPE dbo.kept_names AS TABLE (
  mac varbinary(64) NOT NULL,
  password varchar(400) NOT NULL,
  PRIMARY KEY CLUSTERED (mac)
);
GO
