-- +goose Up
CREATE TABLE exams (
    id        TEXT COLLATE "C" PRIMARY KEY,
    agent     TEXT COLLATE "C" NOT NULL,
    district  TEXT COLLATE "C" NOT NULL,
    title     TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    body      BYTEA   NOT NULL,
    t_created BIGINT  NOT NULL,
    t_updated BIGINT  NOT NULL,
    version   BIGINT  NOT NULL
);
CREATE INDEX exams_created ON exams (t_created, id);
CREATE INDEX exams_district ON exams (district, t_created, id);
CREATE INDEX exams_agent ON exams (agent, t_created, id);
CREATE INDEX exams_state ON exams (state, t_created, id);

CREATE TABLE exam_parts (
    id     TEXT COLLATE "C" PRIMARY KEY,
    exam   TEXT COLLATE "C" NOT NULL REFERENCES exams (id),
    district TEXT COLLATE "C" NOT NULL,
    number BIGINT  NOT NULL,
    head   BYTEA   NOT NULL,
    data   BYTEA   NOT NULL
);

-- +goose Down
DROP TABLE exam_parts;
DROP TABLE exams;
