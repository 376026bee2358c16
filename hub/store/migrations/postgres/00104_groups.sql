-- Reports go from one group to the next along these, and along a group's rows by time.

-- +goose Up
DROP INDEX records_topic;
CREATE INDEX records_topic ON records (kind, subject, topic, t_created, state, district);
DROP INDEX agent_states_span;
CREATE INDEX agent_states_span ON agent_states (agent, district, state, reason, t_from, t_until);

-- +goose Down
DROP INDEX agent_states_span;
CREATE INDEX agent_states_span ON agent_states (t_from, agent, district, state, reason, t_until);
DROP INDEX records_topic;
CREATE INDEX records_topic ON records (t_created, kind, state, subject, topic, district);
