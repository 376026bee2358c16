-- +goose Up
CREATE TABLE kb_entries (
    id        TEXT    PRIMARY KEY,
    kind      TEXT    NOT NULL,
    subject   TEXT    NOT NULL,
    district  TEXT    NOT NULL,
    author    TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    body      BLOB    NOT NULL,
    t_created INTEGER NOT NULL,
    t_updated INTEGER NOT NULL,
    version   INTEGER NOT NULL
) STRICT;
CREATE INDEX kb_entries_updated ON kb_entries (t_updated, id);
CREATE INDEX kb_entries_state ON kb_entries (state, t_updated, id);
CREATE INDEX kb_entries_subject ON kb_entries (subject, t_updated, id);
CREATE UNIQUE INDEX kb_entries_open ON kb_entries (kind, subject) WHERE state IN ('draft', 'submitted', 'reviewed');
CREATE UNIQUE INDEX kb_entries_live ON kb_entries (kind, subject) WHERE state = 'published';

CREATE TABLE kb_notes (
    id        TEXT    PRIMARY KEY,
    kind      TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    district  TEXT    NOT NULL,
    agent     TEXT    NOT NULL,
    article   TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    call_id   TEXT    NOT NULL,
    words     TEXT    NOT NULL,
    found     INTEGER NOT NULL,
    settled   TEXT    NOT NULL,
    answer    TEXT    NOT NULL,
    t_created INTEGER NOT NULL,
    t_updated INTEGER NOT NULL,
    version   INTEGER NOT NULL
) STRICT;
CREATE INDEX kb_notes_created ON kb_notes (t_created, id);
CREATE INDEX kb_notes_kind ON kb_notes (kind, state, t_created, id);
CREATE INDEX kb_notes_words ON kb_notes (words, kind, state);
CREATE INDEX kb_notes_article ON kb_notes (article, t_created, id);

-- +goose StatementBegin
CREATE TRIGGER kb_entries_hold BEFORE DELETE ON kb_entries
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE kb_notes;
DROP TABLE kb_entries;
