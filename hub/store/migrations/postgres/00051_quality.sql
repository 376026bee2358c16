-- A scored call: the draw that chose it, the sheets of everybody who scored it, an appeal. body is the document of
-- hub/quality. mark is the points published, -1 before.

-- +goose Up
CREATE TABLE quality_sheets (
    id        TEXT COLLATE "C" PRIMARY KEY,
    call_id   TEXT COLLATE "C" NOT NULL,
    recording TEXT COLLATE "C" NOT NULL,
    agent     TEXT COLLATE "C" NOT NULL,
    district  TEXT COLLATE "C" NOT NULL,
    scorer    TEXT COLLATE "C" NOT NULL,
    purpose   TEXT COLLATE "C" NOT NULL,
    region    TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    mark      BIGINT NOT NULL,
    body      BYTEA   NOT NULL,
    t_created BIGINT NOT NULL,
    t_updated BIGINT NOT NULL,
    version   BIGINT NOT NULL
);
CREATE INDEX quality_sheets_created ON quality_sheets (t_created, id);
CREATE INDEX quality_sheets_district ON quality_sheets (district, t_created, id);
CREATE INDEX quality_sheets_agent ON quality_sheets (agent, t_created, id);
CREATE INDEX quality_sheets_scorer ON quality_sheets (scorer, t_created, id);
CREATE INDEX quality_sheets_state ON quality_sheets (state, t_created, id);
CREATE INDEX quality_sheets_call ON quality_sheets (call_id, t_created, id);

-- +goose Down
DROP TABLE quality_sheets;
