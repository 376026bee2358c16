-- +goose Up
CREATE TABLE exam_memory (
    agent     TEXT COLLATE "C" PRIMARY KEY,
    district  TEXT COLLATE "C" NOT NULL,
    body      BYTEA   NOT NULL,
    t_updated BIGINT  NOT NULL,
    version   BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE exam_memory;
