-- +goose Up
-- What can be found. seq is the milliseconds of its time with eight bits below
-- for those of the same one, so that the newest are the first of the index.
CREATE TABLE found (
    seq      BIGINT PRIMARY KEY,
    type     TEXT COLLATE "C" NOT NULL,
    ref      TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    agent    TEXT COLLATE "C" NOT NULL,
    t_at     BIGINT NOT NULL,
    terms    TSVECTOR NOT NULL
);
CREATE UNIQUE INDEX found_ref ON found (type, ref);
CREATE INDEX found_terms ON found USING gin (terms);
ALTER TABLE found ALTER COLUMN terms SET STATISTICS 1000;

-- One row while something is left that was kept before there was this index.
CREATE TABLE found_backlog (
    type     TEXT COLLATE "C" PRIMARY KEY,
    district TEXT COLLATE "C" NOT NULL,
    after    TEXT COLLATE "C" NOT NULL
);
INSERT INTO found_backlog (type, district, after) VALUES ('call', '', ''), ('record', '', ''), ('voicemail', '', '');

-- +goose Down
DROP TABLE found_backlog;
DROP TABLE found;
