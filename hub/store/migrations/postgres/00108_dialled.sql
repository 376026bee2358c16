-- How often a number was rung into calls today: asked before it is rung again. The index holds those rows alone.

-- +goose Up
CREATE INDEX call_legs_dialled ON call_legs (party_hash, t_from, id) WHERE role = 'dialled';

-- +goose Down
DROP INDEX call_legs_dialled;
