-- When a question was asked: of each link from a call to its record of advice, when the call came in; 0 where the record is no
-- advice or voided, or the call went out. How many questions a day had is then read from an index that has nothing else in it.

-- +goose Up
ALTER TABLE record_calls ADD COLUMN t_asked BIGINT NOT NULL DEFAULT 0;
UPDATE record_calls SET t_asked = coalesce((SELECT c.t_arrive FROM calls c CROSS JOIN records r
    WHERE c.id = record_calls.call_id AND r.id = record_calls.record_id AND c.direction = 'in' AND r.kind = 'consult' AND r.state <> 'voided'), 0);
CREATE INDEX record_calls_asked ON record_calls (t_asked) WHERE t_asked <> 0;

-- +goose Down
DROP INDEX record_calls_asked;
ALTER TABLE record_calls DROP COLUMN t_asked;
