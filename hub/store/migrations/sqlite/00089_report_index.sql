-- What reports over a million calls read without looking up a row: the searches by their words, and who was in which state.

-- +goose Up
CREATE INDEX kb_notes_searched ON kb_notes (t_created, kind, words, district) WHERE kind IN ('miss', 'opened');
CREATE INDEX agent_states_span ON agent_states (t_from, agent, district, state, reason, t_until);

-- +goose Down
DROP INDEX agent_states_span;
DROP INDEX kb_notes_searched;
