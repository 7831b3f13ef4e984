-- Which shape of text the newest editor that has written here knows. An older one is told to reload before it can
-- delete what it does not know.
ALTER TABLE document ADD COLUMN schema BIGINT NOT NULL DEFAULT 0;
