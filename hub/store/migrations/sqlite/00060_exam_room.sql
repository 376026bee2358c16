-- +goose Up
ALTER TABLE exams ADD COLUMN room TEXT NOT NULL DEFAULT '';
CREATE INDEX exams_room ON exams (room, t_created, id);

CREATE TABLE exam_rooms (
    id        TEXT    PRIMARY KEY,
    district  TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    body      BLOB    NOT NULL,
    t_created INTEGER NOT NULL,
    t_updated INTEGER NOT NULL,
    version   INTEGER NOT NULL
) STRICT;
CREATE INDEX exam_rooms_created ON exam_rooms (t_created, id);

CREATE TABLE exam_material (
    id        TEXT    PRIMARY KEY,
    district  TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    body      BLOB    NOT NULL,
    t_updated INTEGER NOT NULL
) STRICT;
CREATE INDEX exam_material_kind ON exam_material (kind, id);

CREATE TABLE exam_steps (
    id       TEXT    PRIMARY KEY,
    agent    TEXT    NOT NULL,
    district TEXT    NOT NULL,
    move     TEXT    NOT NULL,
    stage    TEXT    NOT NULL,
    who      TEXT    NOT NULL,
    note     TEXT    NOT NULL,
    t_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX exam_steps_agent ON exam_steps (agent, t_at, id);
CREATE INDEX exam_steps_at ON exam_steps (t_at, id);

-- +goose Down
DROP TABLE exam_steps;
DROP TABLE exam_material;
DROP TABLE exam_rooms;
DROP INDEX exams_room;
ALTER TABLE exams DROP COLUMN room;
