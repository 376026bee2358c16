-- +goose Up
-- What reports need of a scored call, beside its document: they go through all sheets of a year. None: kept before.
ALTER TABLE quality_sheets ADD COLUMN brief BYTEA;

-- +goose Down
ALTER TABLE quality_sheets DROP COLUMN brief;
