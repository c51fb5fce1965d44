-- Restores a database under another name, by the newest full backup before a moment and the log backups after it, as this server's own history knows them.
-- Run by restore-drill with sqlcmd, which puts the names in. The last line says the moment, in UTC.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @database sysname = N'$(Database)';
DECLARE @copy sysname = N'$(Copy)';
-- The history and STOPAT are in the server's own time.
DECLARE @stop datetime =
  CAST(CAST(NULLIF('$(Moment)', '') AS datetimeoffset(3)) AT TIME ZONE CURRENT_TIMEZONE_ID() AS datetime);

IF DB_ID(@copy) IS NOT NULL
  THROW 50001, N'There is a database of the copy''s name already, from a drill that was cut perhaps. Look at it, and remove it.', 1;

DECLARE @steps TABLE (step int IDENTITY(1, 1) PRIMARY KEY, backup_set_id int NOT NULL, is_full bit NOT NULL, finished datetime NOT NULL);
DECLARE @guid uniqueidentifier, @lsn numeric(25, 0);

INSERT INTO @steps (backup_set_id, is_full, finished)
SELECT TOP (1) b.backup_set_id, 1, b.backup_finish_date FROM msdb.dbo.backupset AS b
WHERE b.database_name = @database AND b.type = 'D' AND b.is_damaged = 0 AND (@stop IS NULL OR b.backup_finish_date <= @stop)
ORDER BY b.backup_finish_date DESC;
IF @@ROWCOUNT = 0
  THROW 50002, N'This server knows of no full backup of the database that is old enough.', 1;
SELECT @guid = b.database_guid, @lsn = b.last_lsn
FROM msdb.dbo.backupset AS b JOIN @steps AS s ON s.backup_set_id = b.backup_set_id;

-- Up to and with the first one that goes beyond the moment.
INSERT INTO @steps (backup_set_id, is_full, finished)
SELECT b.backup_set_id, 0, b.backup_finish_date FROM msdb.dbo.backupset AS b
WHERE b.database_name = @database AND b.database_guid = @guid AND b.type = 'L' AND b.last_lsn > @lsn
  AND (
    @stop IS NULL OR b.backup_start_date <= ISNULL(
      (
        SELECT MIN(e.backup_start_date) FROM msdb.dbo.backupset AS e
        WHERE e.database_name = @database AND e.database_guid = @guid AND e.type = 'L' AND e.last_lsn > @lsn AND e.backup_finish_date >= @stop
      ),
      @stop
    )
  )
ORDER BY b.first_lsn, b.backup_finish_date;
-- Without a log backup beyond it, the moment cannot be had.
IF @stop IS NOT NULL AND NOT EXISTS (SELECT 1 FROM @steps AS s WHERE s.finished >= @stop)
  THROW 50003, N'No backup of the log reaches to that moment. Choose an earlier one, or make a backup of the log.', 1;

DECLARE @step int = 1, @last int = (SELECT MAX(s.step) FROM @steps AS s);
WHILE @step <= @last
BEGIN
  DECLARE @set int, @full bit, @from nvarchar(max), @moves nvarchar(max), @position int, @media int, @command nvarchar(max);
  SELECT @set = b.backup_set_id, @full = s.is_full, @position = b.position, @media = b.media_set_id
  FROM @steps AS s JOIN msdb.dbo.backupset AS b ON b.backup_set_id = s.backup_set_id WHERE s.step = @step;
  SELECT @from = STRING_AGG(
    CAST(CASE m.device_type WHEN 9 THEN N'URL' ELSE N'DISK' END + N' = N''' + REPLACE(m.physical_device_name, N'''', N'''''') + N'''' AS nvarchar(max)),
    N', '
  ) WITHIN GROUP (ORDER BY m.family_sequence_number)
  FROM msdb.dbo.backupmediafamily AS m WHERE m.media_set_id = @media AND m.mirror = 0;
  SELECT @moves = STRING_AGG(
    CAST(
      N', MOVE N''' + REPLACE(f.logical_name, N'''', N'''''') + N''' TO N'''
      + REPLACE(
        CAST(SERVERPROPERTY(CASE f.file_type WHEN 'L' THEN 'InstanceDefaultLogPath' ELSE 'InstanceDefaultDataPath' END) AS nvarchar(400)),
        N'''', N''''''
      )
      + @copy + N'_' + CAST(f.file_number AS nvarchar(10)) + CASE f.file_type WHEN 'L' THEN N'.ldf' ELSE N'.mdf' END + N''''
      AS nvarchar(max)
    ),
    N''
  )
  FROM msdb.dbo.backupfile AS f WHERE f.backup_set_id = @set AND f.is_present = 1;
  SET @command = CASE @full WHEN 1 THEN N'RESTORE DATABASE ' ELSE N'RESTORE LOG ' END + QUOTENAME(@copy) + N' FROM ' + @from
    + N' WITH FILE = ' + CAST(@position AS nvarchar(10)) + N', NORECOVERY'
    + CASE @full WHEN 1 THEN @moves ELSE N'' END
    + CASE WHEN @full = 0 AND @stop IS NOT NULL THEN N', STOPAT = ''' + CONVERT(nvarchar(30), @stop, 126) + N'''' ELSE N'' END;
  EXEC (@command);
  SET @step = @step + 1;
END;
SET @command = N'RESTORE DATABASE ' + QUOTENAME(@copy) + N' WITH RECOVERY';
EXEC (@command);

SELECT CONVERT(
  varchar(23),
  CAST(ISNULL(@stop, (SELECT MAX(s.finished) FROM @steps AS s)) AS datetime2(3)) AT TIME ZONE CURRENT_TIMEZONE_ID() AT TIME ZONE 'UTC',
  126
) + 'Z';
