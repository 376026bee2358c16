-- Times are microseconds since 1970 in UTC, 0 where there is none. A sealed
-- field has four columns: the ciphertext, the keyed hashes of the whole and
-- of the last four, and the masked form. Versions count from 1.

-- +goose Up
CREATE TABLE agents (
    no            TEXT    PRIMARY KEY,
    name          TEXT    NOT NULL,
    district      TEXT    NOT NULL,
    roles         TEXT    NOT NULL,
    skills        TEXT    NOT NULL,
    certified     INTEGER NOT NULL,
    path          TEXT    NOT NULL,
    disabled      INTEGER NOT NULL,
    password      TEXT    NOT NULL,
    must_change   INTEGER NOT NULL,
    failed_logins INTEGER NOT NULL,
    t_locked      INTEGER NOT NULL,
    t_created     INTEGER NOT NULL,
    t_updated     INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;

CREATE TABLE agent_states (
    id       TEXT    PRIMARY KEY,
    agent    TEXT    NOT NULL,
    district TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    t_from   INTEGER NOT NULL,
    t_until  INTEGER NOT NULL
) STRICT;
CREATE INDEX agent_states_agent ON agent_states (agent, t_from, id);
CREATE INDEX agent_states_district ON agent_states (district, t_from, id);
CREATE INDEX agent_states_from ON agent_states (t_from, id);
CREATE UNIQUE INDEX agent_states_open ON agent_states (agent) WHERE t_until = 0;

CREATE TABLE calls (
    id                 TEXT    PRIMARY KEY,
    direction          TEXT    NOT NULL CHECK (direction IN ('in', 'out')),
    district           TEXT    NOT NULL,
    trunk              TEXT    NOT NULL,
    agent              TEXT    NOT NULL,
    caller             BLOB,
    caller_hash        BLOB,
    caller_tail        BLOB,
    caller_masked      TEXT    NOT NULL,
    withheld           INTEGER NOT NULL,
    prefix             TEXT    NOT NULL,
    city               TEXT    NOT NULL,
    region             TEXT    NOT NULL,
    region_how         TEXT    NOT NULL,
    subject            TEXT    NOT NULL,
    disclaimer         TEXT    NOT NULL,
    t_disclaimer_end   INTEGER NOT NULL,
    disposition        TEXT    NOT NULL,
    place              TEXT    NOT NULL,
    release_by         TEXT    NOT NULL,
    release_cause      TEXT    NOT NULL,
    rating             TEXT    NOT NULL,
    t_arrive           INTEGER NOT NULL,
    t_queue            INTEGER NOT NULL,
    t_offer            INTEGER NOT NULL,
    t_answer           INTEGER NOT NULL,
    t_bridge           INTEGER NOT NULL,
    t_release          INTEGER NOT NULL,
    t_wrap_end         INTEGER NOT NULL,
    t_closed           INTEGER NOT NULL,
    quality            TEXT    NOT NULL,
    version            INTEGER NOT NULL,
    -- Exactly one class for each call that is over, or reports could not add up.
    CHECK (t_closed = 0 OR disposition IN ('human', 'auto', 'abandoned'))
) STRICT;
CREATE INDEX calls_arrive ON calls (t_arrive, id);
CREATE INDEX calls_district ON calls (district, t_arrive, id);
CREATE INDEX calls_district_disposition ON calls (district, disposition, t_arrive, id);
CREATE INDEX calls_agent ON calls (agent, t_arrive, id);
CREATE INDEX calls_region ON calls (region, t_arrive, id);
CREATE INDEX calls_subject ON calls (subject, t_arrive, id);
CREATE INDEX calls_disposition ON calls (disposition, t_arrive, id);
CREATE INDEX calls_caller ON calls (caller_hash, t_arrive, id);
CREATE INDEX calls_tail ON calls (caller_tail, t_arrive, id);
CREATE INDEX calls_open ON calls (t_arrive, id) WHERE t_closed = 0;

CREATE TABLE call_events (
    call_id  TEXT    NOT NULL REFERENCES calls (id),
    seq      INTEGER NOT NULL,
    district TEXT    NOT NULL,
    t_at     INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    data     TEXT    NOT NULL,
    PRIMARY KEY (call_id, seq)
) STRICT;

CREATE TABLE call_legs (
    id           TEXT    PRIMARY KEY,
    call_id      TEXT    NOT NULL REFERENCES calls (id),
    district     TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    party        BLOB,
    party_hash   BLOB,
    party_tail   BLOB,
    party_masked TEXT    NOT NULL,
    agent        TEXT    NOT NULL,
    t_from       INTEGER NOT NULL,
    t_to         INTEGER NOT NULL,
    outcome      TEXT    NOT NULL
) STRICT;
CREATE INDEX call_legs_call ON call_legs (call_id, t_from, id);

CREATE TABLE recordings (
    id         TEXT    PRIMARY KEY,
    call_id    TEXT    NOT NULL,
    district   TEXT    NOT NULL,
    path       TEXT    NOT NULL,
    t_start    INTEGER NOT NULL,
    t_end      INTEGER NOT NULL,
    samples    INTEGER NOT NULL,
    gaps       TEXT    NOT NULL,
    head       BLOB,
    key_id     TEXT    NOT NULL,
    legal_hold INTEGER NOT NULL,
    t_retain   INTEGER NOT NULL,
    t_purged   INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT;
CREATE INDEX recordings_start ON recordings (t_start, id);
CREATE INDEX recordings_call ON recordings (call_id, t_start, id);
CREATE INDEX recordings_district ON recordings (district, t_start, id);
CREATE INDEX recordings_running ON recordings (t_start, id) WHERE t_end = 0;
CREATE INDEX recordings_retain ON recordings (t_retain, id)
    WHERE t_retain > 0 AND t_purged = 0 AND legal_hold = 0;

-- The log of a call and of presence is evidence: it only grows.
-- +goose StatementBegin
CREATE TRIGGER call_events_keep BEFORE UPDATE ON call_events
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER call_events_hold BEFORE DELETE ON call_events
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER calls_hold BEFORE DELETE ON calls
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER agent_states_hold BEFORE DELETE ON agent_states
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE recordings;
DROP TABLE call_legs;
DROP TABLE call_events;
DROP TABLE calls;
DROP TABLE agent_states;
DROP TABLE agents;
