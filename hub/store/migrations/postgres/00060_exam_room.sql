-- +goose Up
ALTER TABLE exams ADD COLUMN room TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX exams_room ON exams (room, t_created, id);

CREATE TABLE exam_rooms (
    id        TEXT COLLATE "C" PRIMARY KEY,
    district  TEXT COLLATE "C" NOT NULL,
    title     TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    body      BYTEA   NOT NULL,
    t_created BIGINT  NOT NULL,
    t_updated BIGINT  NOT NULL,
    version   BIGINT  NOT NULL
);
CREATE INDEX exam_rooms_created ON exam_rooms (t_created, id);

CREATE TABLE exam_material (
    id        TEXT COLLATE "C" PRIMARY KEY,
    district  TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    body      BYTEA   NOT NULL,
    t_updated BIGINT  NOT NULL
);
CREATE INDEX exam_material_kind ON exam_material (kind, id);

CREATE TABLE exam_steps (
    id       TEXT COLLATE "C" PRIMARY KEY,
    agent    TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    move     TEXT COLLATE "C" NOT NULL,
    stage    TEXT COLLATE "C" NOT NULL,
    who      TEXT COLLATE "C" NOT NULL,
    note     TEXT COLLATE "C" NOT NULL,
    t_at     BIGINT  NOT NULL
);
CREATE INDEX exam_steps_agent ON exam_steps (agent, t_at, id);
CREATE INDEX exam_steps_at ON exam_steps (t_at, id);

-- +goose Down
DROP TABLE exam_steps;
DROP TABLE exam_material;
DROP TABLE exam_rooms;
DROP INDEX exams_room;
ALTER TABLE exams DROP COLUMN room;
