-- +goose Up
CREATE TABLE kb_entries (
    id        TEXT COLLATE "C" PRIMARY KEY,
    kind      TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    district  TEXT COLLATE "C" NOT NULL,
    author    TEXT COLLATE "C" NOT NULL,
    title     TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    number    BIGINT  NOT NULL,
    body      BYTEA   NOT NULL,
    t_created BIGINT  NOT NULL,
    t_updated BIGINT  NOT NULL,
    version   BIGINT  NOT NULL
);
CREATE INDEX kb_entries_updated ON kb_entries (t_updated, id);
CREATE INDEX kb_entries_state ON kb_entries (state, t_updated, id);
CREATE INDEX kb_entries_subject ON kb_entries (subject, t_updated, id);
CREATE UNIQUE INDEX kb_entries_open ON kb_entries (kind, subject) WHERE state IN ('draft', 'submitted', 'reviewed');
CREATE UNIQUE INDEX kb_entries_live ON kb_entries (kind, subject) WHERE state = 'published';

CREATE TABLE kb_notes (
    id        TEXT COLLATE "C" PRIMARY KEY,
    kind      TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    district  TEXT COLLATE "C" NOT NULL,
    agent     TEXT COLLATE "C" NOT NULL,
    article   TEXT COLLATE "C" NOT NULL,
    number    BIGINT  NOT NULL,
    call_id   TEXT COLLATE "C" NOT NULL,
    words     TEXT COLLATE "C" NOT NULL,
    found     BIGINT  NOT NULL,
    settled   TEXT COLLATE "C" NOT NULL,
    answer    TEXT COLLATE "C" NOT NULL,
    t_created BIGINT  NOT NULL,
    t_updated BIGINT  NOT NULL,
    version   BIGINT  NOT NULL
);
CREATE INDEX kb_notes_created ON kb_notes (t_created, id);
CREATE INDEX kb_notes_kind ON kb_notes (kind, state, t_created, id);
CREATE INDEX kb_notes_words ON kb_notes (words, kind, state);
CREATE INDEX kb_notes_article ON kb_notes (article, t_created, id);

CREATE TRIGGER kb_entries_hold BEFORE DELETE ON kb_entries
    FOR EACH ROW EXECUTE FUNCTION append_only();

-- +goose Down
DROP TABLE kb_notes;
DROP TABLE kb_entries;
