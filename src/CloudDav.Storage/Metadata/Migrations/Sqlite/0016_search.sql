-- What people have marked for themselves, and what a search goes by.

-- Favourites: whose, in which vault, the own one or that of somebody who shares, and what. Bounded by a limit for each account.
CREATE TABLE favorites (
  vault_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  PRIMARY KEY (vault_id, account_id, node_id)
) WITHOUT ROWID;
CREATE INDEX favorites_node ON favorites (vault_id, node_id);
CREATE INDEX favorites_account ON favorites (account_id);

-- Of a file that shows or plays something: 1 a picture, 2 a video, 3 a sound; null for everything else, which costs it no entry in the index.
ALTER TABLE nodes ADD COLUMN media_class INTEGER;
UPDATE nodes SET media_class = CASE
  WHEN (name LIKE '%.jpg' OR name LIKE '%.jpeg' OR name LIKE '%.jpe' OR name LIKE '%.jfif' OR name LIKE '%.png' OR name LIKE '%.webp'
    OR name LIKE '%.heic' OR name LIKE '%.heif' OR name LIKE '%.avif' OR name LIKE '%.gif' OR name LIKE '%.bmp' OR name LIKE '%.dib'
    OR name LIKE '%.tif' OR name LIKE '%.tiff' OR name LIKE '%.ico' OR name LIKE '%.svg' OR name LIKE '%.svgz' OR name LIKE '%.jxl'
    OR name LIKE '%.psd' OR name LIKE '%.dng' OR name LIKE '%.cr2' OR name LIKE '%.cr3' OR name LIKE '%.nef' OR name LIKE '%.arw'
    OR name LIKE '%.djvu' OR name LIKE '%.djv' OR name LIKE '%.dwg' OR name LIKE '%.dxf') THEN 1
  WHEN (name LIKE '%.mkv' OR name LIKE '%.mk3d' OR name LIKE '%.mp4' OR name LIKE '%.m4v' OR name LIKE '%.mp4v' OR name LIKE '%.ts'
    OR name LIKE '%.m2ts' OR name LIKE '%.mts' OR name LIKE '%.m2t' OR name LIKE '%.mov' OR name LIKE '%.qt' OR name LIKE '%.avi'
    OR name LIKE '%.divx' OR name LIKE '%.webm' OR name LIKE '%.mpg' OR name LIKE '%.mpeg' OR name LIKE '%.mpe' OR name LIKE '%.vob'
    OR name LIKE '%.m2v' OR name LIKE '%.wmv' OR name LIKE '%.asf' OR name LIKE '%.flv' OR name LIKE '%.ogv' OR name LIKE '%.3gp'
    OR name LIKE '%.3gpp') THEN 2
  WHEN (name LIKE '%.mka' OR name LIKE '%.mp3' OR name LIKE '%.mp2' OR name LIKE '%.mpga' OR name LIKE '%.m4a' OR name LIKE '%.m4b'
    OR name LIKE '%.aac' OR name LIKE '%.flac' OR name LIKE '%.ogg' OR name LIKE '%.oga' OR name LIKE '%.opus' OR name LIKE '%.spx'
    OR name LIKE '%.wav' OR name LIKE '%.wma' OR name LIKE '%.aif' OR name LIKE '%.aiff' OR name LIKE '%.mid' OR name LIKE '%.midi'
    OR name LIKE '%.ac3' OR name LIKE '%.amr' OR name LIKE '%.m3u' OR name LIKE '%.pls') THEN 3
  WHEN media_type LIKE 'image/%' THEN 1
  WHEN media_type LIKE 'video/%' THEN 2
  WHEN media_type LIKE 'audio/%' THEN 3
END
WHERE kind = 1;
CREATE INDEX nodes_media ON nodes (vault_id, media_class, modified) WHERE media_class IS NOT NULL;
