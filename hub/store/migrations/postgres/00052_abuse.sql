-- The few calls that were ended after warnings for abuse, which the month sheet counts among millions.

-- +goose Up
CREATE INDEX calls_dismissed ON calls (t_arrive, agent, district) WHERE release_cause = 'dismissed';

-- +goose Down
DROP INDEX calls_dismissed;
