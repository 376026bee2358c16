-- +goose Up
ALTER TABLE kb_entries ADD COLUMN batch TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX kb_entries_batch ON kb_entries (batch, state, t_updated, id) WHERE batch <> '';

-- +goose Down
DROP INDEX kb_entries_batch;
ALTER TABLE kb_entries DROP COLUMN batch;
