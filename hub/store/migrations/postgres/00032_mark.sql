-- +goose Up
CREATE TABLE marks (
    id       TEXT COLLATE "C" PRIMARY KEY,
    hash     BYTEA    NOT NULL,
    tag      TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    agent    TEXT COLLATE "C" NOT NULL,
    reason   TEXT COLLATE "C" NOT NULL,
    t_from   BIGINT NOT NULL,
    t_until  BIGINT NOT NULL,
    version  BIGINT NOT NULL
);
CREATE INDEX marks_hash ON marks (hash, t_until);

-- +goose Down
DROP TABLE marks;
