-- +goose Up
CREATE TABLE posts (
    id            TEXT    PRIMARY KEY,
    kind          TEXT    NOT NULL,
    direction     TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    record_id     TEXT    NOT NULL,
    district      TEXT    NOT NULL,
    agent         TEXT    NOT NULL,
    route         TEXT    NOT NULL,
    number        BLOB,
    number_hash   BLOB,
    number_tail   BLOB,
    number_masked TEXT    NOT NULL,
    body          BLOB    NOT NULL,
    state         TEXT    NOT NULL,
    receipt       TEXT    NOT NULL,
    attempts      INTEGER NOT NULL,
    t_next        INTEGER NOT NULL,
    t_created     INTEGER NOT NULL,
    t_updated     INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX posts_key ON posts (kind, direction, key);
CREATE INDEX posts_created ON posts (t_created, id);
CREATE INDEX posts_district ON posts (district, t_created, id);
CREATE INDEX posts_record ON posts (record_id, t_created, id);
CREATE INDEX posts_kind ON posts (kind, route, t_created, id);
CREATE INDEX posts_number ON posts (number_hash, t_created, id);
CREATE INDEX posts_receipt ON posts (receipt, t_created, id);
CREATE INDEX posts_next ON posts (t_next, id) WHERE state = 'queued';

-- +goose Down
DROP TABLE posts;
