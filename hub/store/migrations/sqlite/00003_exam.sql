-- +goose Up
CREATE TABLE exams (
    id        TEXT    PRIMARY KEY,
    agent     TEXT    NOT NULL,
    district  TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    body      BLOB    NOT NULL,
    t_created INTEGER NOT NULL,
    t_updated INTEGER NOT NULL,
    version   INTEGER NOT NULL
) STRICT;
CREATE INDEX exams_created ON exams (t_created, id);
CREATE INDEX exams_district ON exams (district, t_created, id);
CREATE INDEX exams_agent ON exams (agent, t_created, id);
CREATE INDEX exams_state ON exams (state, t_created, id);

CREATE TABLE exam_parts (
    id     TEXT    PRIMARY KEY,
    exam   TEXT    NOT NULL REFERENCES exams (id),
    district TEXT NOT NULL,
    number INTEGER NOT NULL,
    head   BLOB    NOT NULL,
    data   BLOB    NOT NULL
) STRICT;

-- +goose Down
DROP TABLE exam_parts;
DROP TABLE exams;
