-- What people have marked for themselves, and what a search goes by.

-- Favourites: whose, in which vault, the own one or that of somebody who shares, and what. Bounded by a limit for each account.
CREATE TABLE dbo.favorites (
  vault_id bigint NOT NULL,
  account_id bigint NOT NULL,
  node_id bigint NOT NULL,
  CONSTRAINT pk_favorites PRIMARY KEY CLUSTERED (vault_id, account_id, node_id)
);
CREATE INDEX favorites_node ON dbo.favorites (vault_id, node_id);
CREATE INDEX favorites_account ON dbo.favorites (account_id);
GO

-- Of a file that shows or plays something: 1 a picture, 2 a video, 3 a sound; null for everything else. Computed here, so that what writes rows need not know of it.
ALTER TABLE dbo.nodes ADD media_class AS CAST(CASE
  WHEN kind = 1 AND (LOWER(name) LIKE N'%.jpg' OR LOWER(name) LIKE N'%.jpeg' OR LOWER(name) LIKE N'%.jpe' OR LOWER(name) LIKE N'%.jfif' OR LOWER(name) LIKE N'%.png' OR LOWER(name) LIKE N'%.webp'
    OR LOWER(name) LIKE N'%.heic' OR LOWER(name) LIKE N'%.heif' OR LOWER(name) LIKE N'%.avif' OR LOWER(name) LIKE N'%.gif' OR LOWER(name) LIKE N'%.bmp' OR LOWER(name) LIKE N'%.dib'
    OR LOWER(name) LIKE N'%.tif' OR LOWER(name) LIKE N'%.tiff' OR LOWER(name) LIKE N'%.ico' OR LOWER(name) LIKE N'%.svg' OR LOWER(name) LIKE N'%.svgz' OR LOWER(name) LIKE N'%.jxl'
    OR LOWER(name) LIKE N'%.psd' OR LOWER(name) LIKE N'%.dng' OR LOWER(name) LIKE N'%.cr2' OR LOWER(name) LIKE N'%.cr3' OR LOWER(name) LIKE N'%.nef' OR LOWER(name) LIKE N'%.arw'
    OR LOWER(name) LIKE N'%.djvu' OR LOWER(name) LIKE N'%.djv' OR LOWER(name) LIKE N'%.dwg' OR LOWER(name) LIKE N'%.dxf') THEN 1
  WHEN kind = 1 AND (LOWER(name) LIKE N'%.mkv' OR LOWER(name) LIKE N'%.mk3d' OR LOWER(name) LIKE N'%.mp4' OR LOWER(name) LIKE N'%.m4v' OR LOWER(name) LIKE N'%.mp4v' OR LOWER(name) LIKE N'%.ts'
    OR LOWER(name) LIKE N'%.m2ts' OR LOWER(name) LIKE N'%.mts' OR LOWER(name) LIKE N'%.m2t' OR LOWER(name) LIKE N'%.mov' OR LOWER(name) LIKE N'%.qt' OR LOWER(name) LIKE N'%.avi'
    OR LOWER(name) LIKE N'%.divx' OR LOWER(name) LIKE N'%.webm' OR LOWER(name) LIKE N'%.mpg' OR LOWER(name) LIKE N'%.mpeg' OR LOWER(name) LIKE N'%.mpe' OR LOWER(name) LIKE N'%.vob'
    OR LOWER(name) LIKE N'%.m2v' OR LOWER(name) LIKE N'%.wmv' OR LOWER(name) LIKE N'%.asf' OR LOWER(name) LIKE N'%.flv' OR LOWER(name) LIKE N'%.ogv' OR LOWER(name) LIKE N'%.3gp'
    OR LOWER(name) LIKE N'%.3gpp') THEN 2
  WHEN kind = 1 AND (LOWER(name) LIKE N'%.mka' OR LOWER(name) LIKE N'%.mp3' OR LOWER(name) LIKE N'%.mp2' OR LOWER(name) LIKE N'%.mpga' OR LOWER(name) LIKE N'%.m4a' OR LOWER(name) LIKE N'%.m4b'
    OR LOWER(name) LIKE N'%.aac' OR LOWER(name) LIKE N'%.flac' OR LOWER(name) LIKE N'%.ogg' OR LOWER(name) LIKE N'%.oga' OR LOWER(name) LIKE N'%.opus' OR LOWER(name) LIKE N'%.spx'
    OR LOWER(name) LIKE N'%.wav' OR LOWER(name) LIKE N'%.wma' OR LOWER(name) LIKE N'%.aif' OR LOWER(name) LIKE N'%.aiff' OR LOWER(name) LIKE N'%.mid' OR LOWER(name) LIKE N'%.midi'
    OR LOWER(name) LIKE N'%.ac3' OR LOWER(name) LIKE N'%.amr' OR LOWER(name) LIKE N'%.m3u' OR LOWER(name) LIKE N'%.pls') THEN 3
  WHEN kind = 1 AND LOWER(media_type COLLATE Latin1_General_100_BIN2) LIKE N'image/%' THEN 1
  WHEN kind = 1 AND LOWER(media_type COLLATE Latin1_General_100_BIN2) LIKE N'video/%' THEN 2
  WHEN kind = 1 AND LOWER(media_type COLLATE Latin1_General_100_BIN2) LIKE N'audio/%' THEN 3
END AS tinyint) PERSISTED;
GO
CREATE INDEX nodes_media ON dbo.nodes (vault_id, media_class, modified);
GO
