-- +goose Up
-- An agent's records of one kind or state are few among many: the list looks at
-- the index alone until it comes to one.
DROP INDEX records_agent;
CREATE INDEX records_agent ON records (agent, t_created, id, kind, state);

-- +goose Down
DROP INDEX records_agent;
CREATE INDEX records_agent ON records (agent, t_created, id);
