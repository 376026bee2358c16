-- +goose Up
-- What can be found. seq is the milliseconds of its time with eight bits below
-- for those of the same one, so that the newest are the first of the index.
CREATE TABLE found (
    seq      INTEGER PRIMARY KEY,
    type     TEXT    NOT NULL,
    ref      TEXT    NOT NULL,
    district TEXT    NOT NULL,
    agent    TEXT    NOT NULL,
    t_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX found_ref ON found (type, ref);

-- The terms alone: what they were made of stands in the tables themselves.
CREATE VIRTUAL TABLE found_text USING fts5 (terms, content = '', contentless_delete = 1, detail = 'none', tokenize = 'unicode61 remove_diacritics 0');

-- One row while something is left that was kept before there was this index.
CREATE TABLE found_backlog (
    type     TEXT PRIMARY KEY,
    district TEXT NOT NULL,
    after    TEXT NOT NULL
) STRICT;
INSERT INTO found_backlog (type, district, after) VALUES ('call', '', ''), ('record', '', ''), ('voicemail', '', '');

-- +goose Down
DROP TABLE found_backlog;
DROP TABLE found_text;
DROP TABLE found;
