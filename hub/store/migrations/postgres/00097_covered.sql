-- +goose Up
-- A list goes from one district to the next that has rows.
CREATE INDEX agents_district ON agents (district, no);

-- A call belongs to the district of the agent who answered it, and so does its sheet. What was added up is added up again.
UPDATE calls SET district = (SELECT a.district FROM agents a WHERE a.no = calls.agent)
    WHERE EXISTS (SELECT 1 FROM agents a WHERE a.no = calls.agent AND a.district <> calls.district);
UPDATE quality_sheets SET district = (SELECT a.district FROM agents a WHERE a.no = quality_sheets.agent)
    WHERE EXISTS (SELECT 1 FROM agents a WHERE a.no = quality_sheets.agent AND a.district <> quality_sheets.district);
DELETE FROM call_sums;
DELETE FROM call_days;

-- Every row is found by the districts above its own as well: what is there already is indexed once more.
INSERT INTO found_backlog (type, district, after) VALUES ('call', '', ''), ('record', '', ''), ('voicemail', '', ''), ('sms', '', '')
    ON CONFLICT (type) DO UPDATE SET after = '';

-- +goose Down
DROP INDEX agents_district;
