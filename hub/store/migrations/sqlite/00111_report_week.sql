-- +goose Up
-- The report of the knowledge base counts equal texts. Within a week they lie together, so that a million of them need no sorting;
-- the week is of 604,800,000,000 microseconds, as hub/store/query asks for it.
CREATE INDEX records_cited ON records ((t_created / 604800000000), articles, t_created, district) WHERE articles <> 'null' AND articles <> '[]';
CREATE INDEX kb_notes_asked ON kb_notes ((t_created / 604800000000), words, kind, t_created, district) WHERE kind IN ('miss', 'opened');
DROP INDEX records_articles;
DROP INDEX kb_notes_searched;

-- +goose Down
CREATE INDEX records_articles ON records (t_created, district, articles) WHERE articles <> 'null' AND articles <> '[]';
CREATE INDEX kb_notes_searched ON kb_notes (t_created, kind, words, district) WHERE kind IN ('miss', 'opened');
DROP INDEX kb_notes_asked;
DROP INDEX records_cited;
