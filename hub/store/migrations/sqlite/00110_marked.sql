-- +goose Up
-- A call is found by the marks on its recording as well: those that were set already are indexed.
INSERT INTO found_backlog (type, district, after) VALUES ('marked', '', '');

-- +goose Down
DELETE FROM found_backlog WHERE type = 'marked';
