-- +goose Up
CREATE TABLE marks (
    id       TEXT    PRIMARY KEY,
    hash     BLOB    NOT NULL,
    tag      TEXT    NOT NULL,
    district TEXT    NOT NULL,
    agent    TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    t_from   INTEGER NOT NULL,
    t_until  INTEGER NOT NULL,
    version  INTEGER NOT NULL
) STRICT;
CREATE INDEX marks_hash ON marks (hash, t_until);

-- +goose Down
DROP TABLE marks;
