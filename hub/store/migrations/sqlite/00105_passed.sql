-- When a department had to act on a record for the first time, 0 where none had to: the board tells how many of today's did.
-- Of older records the day is as near as is known.

-- +goose Up
ALTER TABLE records ADD COLUMN t_passed INTEGER NOT NULL DEFAULT 0;
UPDATE records SET t_passed = t_created WHERE state IN ('with_dept', 'forwarded', 'received', 'accepted', 'investigating', 'assigned', 'in_progress')
    OR id IN (SELECT record_id FROM record_history WHERE action IN ('forward', 'assign'));

-- +goose Down
ALTER TABLE records DROP COLUMN t_passed;
