-- +goose Up
CREATE TABLE exam_memory (
    agent     TEXT    PRIMARY KEY,
    district  TEXT    NOT NULL,
    body      BLOB    NOT NULL,
    t_updated INTEGER NOT NULL,
    version   INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE exam_memory;
