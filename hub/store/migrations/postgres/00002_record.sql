-- +goose Up
CREATE TABLE records (
    id           TEXT COLLATE "C" PRIMARY KEY,
    no           TEXT COLLATE "C" NOT NULL,
    year         BIGINT  NOT NULL,
    district     TEXT COLLATE "C" NOT NULL,
    agent        TEXT COLLATE "C" NOT NULL,
    kind         TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    region       TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    phone        BYTEA,
    phone_hash   BYTEA,
    phone_tail   BYTEA,
    phone_masked TEXT    NOT NULL,
    idno         BYTEA,
    idno_hash    BYTEA,
    idno_tail    BYTEA,
    idno_masked  TEXT    NOT NULL,
    name         BYTEA,
    name_hash    BYTEA,
    name_tail    BYTEA,
    name_masked  TEXT    NOT NULL,
    calls        TEXT    NOT NULL,
    summary      TEXT    NOT NULL,
    answer       TEXT    NOT NULL,
    articles     TEXT    NOT NULL,
    fields       TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    urgency      TEXT    NOT NULL,
    secrecy      TEXT    NOT NULL,
    owner        TEXT COLLATE "C" NOT NULL,
    dues         TEXT    NOT NULL,
    -- The earliest of the dues that is not done: what overdue lists run by.
    t_due        BIGINT  NOT NULL,
    t_created    BIGINT  NOT NULL,
    t_updated    BIGINT  NOT NULL,
    version      BIGINT  NOT NULL
);
CREATE UNIQUE INDEX records_no ON records (no, year);
CREATE INDEX records_created ON records (t_created, id);
CREATE INDEX records_district ON records (district, t_created, id);
CREATE INDEX records_district_kind ON records (district, kind, t_created, id);
CREATE INDEX records_district_state ON records (district, state, t_created, id);
CREATE INDEX records_agent ON records (agent, t_created, id);
CREATE INDEX records_owner ON records (owner, t_created, id);
CREATE INDEX records_kind ON records (kind, t_created, id);
CREATE INDEX records_state ON records (state, t_created, id);
CREATE INDEX records_subject ON records (subject, t_created, id);
CREATE INDEX records_region ON records (region, t_created, id);
CREATE INDEX records_phone ON records (phone_hash, t_created, id);
CREATE INDEX records_phone_tail ON records (phone_tail, t_created, id);
CREATE INDEX records_idno ON records (idno_hash, t_created, id);
CREATE INDEX records_due ON records (t_due, id) WHERE t_due > 0;
CREATE INDEX records_due_district ON records (district, t_due, id) WHERE t_due > 0;

CREATE TABLE record_calls (
    call_id   TEXT COLLATE "C" NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL REFERENCES records (id),
    district  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (call_id, record_id)
);

CREATE TABLE record_history (
    record_id TEXT COLLATE "C" NOT NULL REFERENCES records (id),
    version   BIGINT  NOT NULL,
    district  TEXT COLLATE "C" NOT NULL,
    t_at      BIGINT  NOT NULL,
    by_agent  TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    PRIMARY KEY (record_id, version)
);

CREATE TABLE commands (
    agent    TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    kind     TEXT    NOT NULL,
    digest   BYTEA,
    t_at     BIGINT  NOT NULL,
    reply    BYTEA,
    PRIMARY KEY (agent, id)
);
CREATE INDEX commands_at ON commands (t_at);

CREATE TABLE voicemails (
    id            TEXT COLLATE "C" PRIMARY KEY,
    call_id       TEXT COLLATE "C" NOT NULL,
    recording_id  TEXT    NOT NULL,
    district      TEXT COLLATE "C" NOT NULL,
    region        TEXT    NOT NULL,
    length_ms     BIGINT  NOT NULL,
    number        BYTEA,
    number_hash   BYTEA,
    number_tail   BYTEA,
    number_masked TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    agent         TEXT COLLATE "C" NOT NULL,
    record_id     TEXT COLLATE "C" NOT NULL,
    t_left        BIGINT  NOT NULL,
    t_due         BIGINT  NOT NULL,
    t_updated     BIGINT  NOT NULL,
    version       BIGINT  NOT NULL
);
CREATE INDEX voicemails_left ON voicemails (t_left, id);
CREATE INDEX voicemails_district ON voicemails (district, t_left, id);
CREATE INDEX voicemails_state ON voicemails (state, t_left, id);
CREATE INDEX voicemails_agent ON voicemails (agent, t_left, id);
CREATE INDEX voicemails_due ON voicemails (t_due, id) WHERE t_due > 0 AND state <> 'closed';

CREATE TABLE audit (
    seq      BIGINT PRIMARY KEY,
    t_at     BIGINT  NOT NULL,
    who      TEXT COLLATE "C" NOT NULL,
    role     TEXT    NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    action   TEXT    NOT NULL,
    object   TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    prev     BYTEA,
    hash     BYTEA    NOT NULL
);
CREATE INDEX audit_at ON audit (t_at, seq);
CREATE INDEX audit_who ON audit (who, t_at, seq);
CREATE INDEX audit_action ON audit (action, t_at, seq);
CREATE INDEX audit_object ON audit (object, t_at, seq);
CREATE INDEX audit_district ON audit (district, t_at, seq);

-- One row: what the last number and hash were, so that rows cut off the end are missed.
CREATE TABLE audit_head (
    id       BIGINT PRIMARY KEY CHECK (id = 1),
    seq      BIGINT  NOT NULL,
    hash     BYTEA,
    district TEXT COLLATE "C" NOT NULL
);
INSERT INTO audit_head (id, seq, district) VALUES (1, 0, '');

CREATE TABLE settings (
    key       TEXT COLLATE "C" PRIMARY KEY,
    district  TEXT COLLATE "C" NOT NULL,
    value     TEXT    NOT NULL,
    t_updated BIGINT  NOT NULL,
    version   BIGINT  NOT NULL
);

CREATE TRIGGER records_hold BEFORE DELETE ON records
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER record_history_keep BEFORE UPDATE ON record_history
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER record_history_hold BEFORE DELETE ON record_history
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_keep BEFORE UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_hold BEFORE DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION append_only();

-- +goose Down
DROP TABLE settings;
DROP TABLE audit_head;
DROP TABLE audit;
DROP TABLE voicemails;
DROP TABLE commands;
DROP TABLE record_history;
DROP TABLE record_calls;
DROP TABLE records;
