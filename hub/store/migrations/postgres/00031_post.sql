-- +goose Up
CREATE TABLE posts (
    id            TEXT COLLATE "C" PRIMARY KEY,
    kind          TEXT COLLATE "C" NOT NULL,
    direction     TEXT COLLATE "C" NOT NULL,
    key           TEXT COLLATE "C" NOT NULL,
    record_id     TEXT COLLATE "C" NOT NULL,
    district      TEXT COLLATE "C" NOT NULL,
    agent         TEXT COLLATE "C" NOT NULL,
    route         TEXT COLLATE "C" NOT NULL,
    number        BYTEA,
    number_hash   BYTEA,
    number_tail   BYTEA,
    number_masked TEXT    NOT NULL,
    body          BYTEA   NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    receipt       TEXT COLLATE "C" NOT NULL,
    attempts      BIGINT  NOT NULL,
    t_next        BIGINT  NOT NULL,
    t_created     BIGINT  NOT NULL,
    t_updated     BIGINT  NOT NULL,
    version       BIGINT  NOT NULL
);
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
