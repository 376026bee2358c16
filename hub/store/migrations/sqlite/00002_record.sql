-- +goose Up
CREATE TABLE records (
    id           TEXT    PRIMARY KEY,
    no           TEXT    NOT NULL,
    year         INTEGER NOT NULL,
    district     TEXT    NOT NULL,
    agent        TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    region       TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    phone        BLOB,
    phone_hash   BLOB,
    phone_tail   BLOB,
    phone_masked TEXT    NOT NULL,
    idno         BLOB,
    idno_hash    BLOB,
    idno_tail    BLOB,
    idno_masked  TEXT    NOT NULL,
    name         BLOB,
    name_hash    BLOB,
    name_tail    BLOB,
    name_masked  TEXT    NOT NULL,
    calls        TEXT    NOT NULL,
    summary      TEXT    NOT NULL,
    answer       TEXT    NOT NULL,
    articles     TEXT    NOT NULL,
    fields       TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    urgency      TEXT    NOT NULL,
    secrecy      TEXT    NOT NULL,
    owner        TEXT    NOT NULL,
    dues         TEXT    NOT NULL,
    -- The earliest of the dues that is not done: what overdue lists run by.
    t_due        INTEGER NOT NULL,
    t_created    INTEGER NOT NULL,
    t_updated    INTEGER NOT NULL,
    version      INTEGER NOT NULL
) STRICT;
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
    call_id   TEXT NOT NULL,
    record_id TEXT NOT NULL REFERENCES records (id),
    district  TEXT NOT NULL,
    PRIMARY KEY (call_id, record_id)
) STRICT;

CREATE TABLE record_history (
    record_id TEXT    NOT NULL REFERENCES records (id),
    version   INTEGER NOT NULL,
    district  TEXT    NOT NULL,
    t_at      INTEGER NOT NULL,
    by_agent  TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    PRIMARY KEY (record_id, version)
) STRICT;

CREATE TABLE commands (
    agent    TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    district TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    digest   BLOB,
    t_at     INTEGER NOT NULL,
    reply    BLOB,
    PRIMARY KEY (agent, id)
) STRICT;
CREATE INDEX commands_at ON commands (t_at);

CREATE TABLE voicemails (
    id            TEXT    PRIMARY KEY,
    call_id       TEXT    NOT NULL,
    recording_id  TEXT    NOT NULL,
    district      TEXT    NOT NULL,
    region        TEXT    NOT NULL,
    length_ms     INTEGER NOT NULL,
    number        BLOB,
    number_hash   BLOB,
    number_tail   BLOB,
    number_masked TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    agent         TEXT    NOT NULL,
    record_id     TEXT    NOT NULL,
    t_left        INTEGER NOT NULL,
    t_due         INTEGER NOT NULL,
    t_updated     INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;
CREATE INDEX voicemails_left ON voicemails (t_left, id);
CREATE INDEX voicemails_district ON voicemails (district, t_left, id);
CREATE INDEX voicemails_state ON voicemails (state, t_left, id);
CREATE INDEX voicemails_agent ON voicemails (agent, t_left, id);
CREATE INDEX voicemails_due ON voicemails (t_due, id) WHERE t_due > 0 AND state <> 'closed';

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    t_at     INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    role     TEXT    NOT NULL,
    district TEXT    NOT NULL,
    action   TEXT    NOT NULL,
    object   TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    prev     BLOB,
    hash     BLOB    NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (t_at, seq);
CREATE INDEX audit_who ON audit (who, t_at, seq);
CREATE INDEX audit_action ON audit (action, t_at, seq);
CREATE INDEX audit_object ON audit (object, t_at, seq);
CREATE INDEX audit_district ON audit (district, t_at, seq);

-- One row: what the last number and hash were, so that rows cut off the end are missed.
CREATE TABLE audit_head (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    seq      INTEGER NOT NULL,
    hash     BLOB,
    district TEXT    NOT NULL
) STRICT;
INSERT INTO audit_head (id, seq, district) VALUES (1, 0, '');

CREATE TABLE settings (
    key       TEXT    PRIMARY KEY,
    district  TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    t_updated INTEGER NOT NULL,
    version   INTEGER NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER records_hold BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER record_history_keep BEFORE UPDATE ON record_history
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER record_history_hold BEFORE DELETE ON record_history
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_keep BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hold BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE settings;
DROP TABLE audit_head;
DROP TABLE audit;
DROP TABLE voicemails;
DROP TABLE commands;
DROP TABLE record_history;
DROP TABLE record_calls;
DROP TABLE records;
