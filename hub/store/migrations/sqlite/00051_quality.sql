-- A scored call: the draw that chose it, the sheets of everybody who scored it, an appeal. body is the document of
-- hub/quality. mark is the points published, -1 before.

-- +goose Up
CREATE TABLE quality_sheets (
    id        TEXT    PRIMARY KEY,
    call_id   TEXT    NOT NULL,
    recording TEXT    NOT NULL,
    agent     TEXT    NOT NULL,
    district  TEXT    NOT NULL,
    scorer    TEXT    NOT NULL,
    purpose   TEXT    NOT NULL,
    region    TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    mark      INTEGER NOT NULL,
    body      BLOB    NOT NULL,
    t_created INTEGER NOT NULL,
    t_updated INTEGER NOT NULL,
    version   INTEGER NOT NULL
) STRICT;
CREATE INDEX quality_sheets_created ON quality_sheets (t_created, id);
CREATE INDEX quality_sheets_district ON quality_sheets (district, t_created, id);
CREATE INDEX quality_sheets_agent ON quality_sheets (agent, t_created, id);
CREATE INDEX quality_sheets_scorer ON quality_sheets (scorer, t_created, id);
CREATE INDEX quality_sheets_state ON quality_sheets (state, t_created, id);
CREATE INDEX quality_sheets_call ON quality_sheets (call_id, t_created, id);

-- +goose Down
DROP TABLE quality_sheets;
