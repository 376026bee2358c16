-- Times are microseconds since 1970 in UTC, 0 where there is none. A sealed
-- field has four columns: the ciphertext, the keyed hashes of the whole and
-- of the last four, and the masked form. Versions count from 1. Ids and numbers
-- compare byte by byte, whatever the locale of the database.

-- +goose Up
CREATE TABLE agents (
    no            TEXT COLLATE "C" PRIMARY KEY,
    name          TEXT    NOT NULL,
    district      TEXT COLLATE "C" NOT NULL,
    roles         TEXT    NOT NULL,
    skills        TEXT    NOT NULL,
    certified     BIGINT  NOT NULL,
    path          TEXT    NOT NULL,
    disabled      BIGINT  NOT NULL,
    password      TEXT    NOT NULL,
    must_change   BIGINT  NOT NULL,
    failed_logins BIGINT  NOT NULL,
    t_locked      BIGINT  NOT NULL,
    t_created     BIGINT  NOT NULL,
    t_updated     BIGINT  NOT NULL,
    version       BIGINT  NOT NULL
);

CREATE TABLE agent_states (
    id       TEXT COLLATE "C" PRIMARY KEY,
    agent    TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    state    TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    t_from   BIGINT  NOT NULL,
    t_until  BIGINT  NOT NULL
);
CREATE INDEX agent_states_agent ON agent_states (agent, t_from, id);
CREATE INDEX agent_states_district ON agent_states (district, t_from, id);
CREATE INDEX agent_states_from ON agent_states (t_from, id);
CREATE UNIQUE INDEX agent_states_open ON agent_states (agent) WHERE t_until = 0;

CREATE TABLE calls (
    id                 TEXT COLLATE "C" PRIMARY KEY,
    direction          TEXT    NOT NULL CHECK (direction IN ('in', 'out')),
    district           TEXT COLLATE "C" NOT NULL,
    trunk              TEXT    NOT NULL,
    agent              TEXT COLLATE "C" NOT NULL,
    caller             BYTEA,
    caller_hash        BYTEA,
    caller_tail        BYTEA,
    caller_masked      TEXT    NOT NULL,
    withheld           BIGINT  NOT NULL,
    prefix             TEXT    NOT NULL,
    city               TEXT    NOT NULL,
    region             TEXT    NOT NULL,
    region_how         TEXT    NOT NULL,
    subject            TEXT    NOT NULL,
    disclaimer         TEXT    NOT NULL,
    t_disclaimer_end   BIGINT  NOT NULL,
    disposition        TEXT    NOT NULL,
    place              TEXT    NOT NULL,
    release_by         TEXT    NOT NULL,
    release_cause      TEXT    NOT NULL,
    rating             TEXT    NOT NULL,
    t_arrive           BIGINT  NOT NULL,
    t_queue            BIGINT  NOT NULL,
    t_offer            BIGINT  NOT NULL,
    t_answer           BIGINT  NOT NULL,
    t_bridge           BIGINT  NOT NULL,
    t_release          BIGINT  NOT NULL,
    t_wrap_end         BIGINT  NOT NULL,
    t_closed           BIGINT  NOT NULL,
    quality            TEXT    NOT NULL,
    version            BIGINT  NOT NULL,
    -- Exactly one class for each call that is over, or reports could not add up.
    CHECK (t_closed = 0 OR disposition IN ('human', 'auto', 'abandoned'))
);
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
    call_id  TEXT COLLATE "C" NOT NULL REFERENCES calls (id),
    seq      BIGINT  NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    t_at     BIGINT  NOT NULL,
    kind     TEXT    NOT NULL,
    data     TEXT    NOT NULL,
    PRIMARY KEY (call_id, seq)
);

CREATE TABLE call_legs (
    id           TEXT COLLATE "C" PRIMARY KEY,
    call_id      TEXT COLLATE "C" NOT NULL REFERENCES calls (id),
    district     TEXT COLLATE "C" NOT NULL,
    role         TEXT    NOT NULL,
    party        BYTEA,
    party_hash   BYTEA,
    party_tail   BYTEA,
    party_masked TEXT    NOT NULL,
    agent        TEXT COLLATE "C" NOT NULL,
    t_from       BIGINT  NOT NULL,
    t_to         BIGINT  NOT NULL,
    outcome      TEXT    NOT NULL
);
CREATE INDEX call_legs_call ON call_legs (call_id, t_from, id);

CREATE TABLE recordings (
    id         TEXT COLLATE "C" PRIMARY KEY,
    call_id    TEXT COLLATE "C" NOT NULL,
    district   TEXT COLLATE "C" NOT NULL,
    path       TEXT    NOT NULL,
    t_start    BIGINT  NOT NULL,
    t_end      BIGINT  NOT NULL,
    samples    BIGINT  NOT NULL,
    gaps       TEXT    NOT NULL,
    head       BYTEA,
    key_id     TEXT    NOT NULL,
    legal_hold BIGINT  NOT NULL,
    t_retain   BIGINT  NOT NULL,
    t_purged   BIGINT  NOT NULL,
    version    BIGINT  NOT NULL
);
CREATE INDEX recordings_start ON recordings (t_start, id);
CREATE INDEX recordings_call ON recordings (call_id, t_start, id);
CREATE INDEX recordings_district ON recordings (district, t_start, id);
CREATE INDEX recordings_running ON recordings (t_start, id) WHERE t_end = 0;
CREATE INDEX recordings_retain ON recordings (t_retain, id)
    WHERE t_retain > 0 AND t_purged = 0 AND legal_hold = 0;

-- The log of a call and of presence is evidence: it only grows.
-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER call_events_keep BEFORE UPDATE ON call_events
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER call_events_hold BEFORE DELETE ON call_events
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER calls_hold BEFORE DELETE ON calls
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER agent_states_hold BEFORE DELETE ON agent_states
    FOR EACH ROW EXECUTE FUNCTION append_only();

-- +goose Down
DROP TABLE recordings;
DROP TABLE call_legs;
DROP TABLE call_events;
DROP TABLE calls;
DROP TABLE agent_states;
DROP TABLE agents;
DROP FUNCTION append_only();
