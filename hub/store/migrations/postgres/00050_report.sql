-- What reports read. call_sums holds the sums of days that are over and whose calls are all closed: it is made from
-- calls, can be made again at any time, and is checked against the count of calls whenever it is read. day counts local
-- days since 1970.

-- +goose Up
CREATE TABLE call_sums (
    day      BIGINT NOT NULL,
    face     TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    a        TEXT COLLATE "C" NOT NULL,
    b        TEXT COLLATE "C" NOT NULL,
    arrived BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    human BIGINT NOT NULL,
    auto BIGINT NOT NULL,
    menu BIGINT NOT NULL,
    queue BIGINT NOT NULL,
    ring BIGINT NOT NULL,
    fault BIGINT NOT NULL,
    queued BIGINT NOT NULL,
    in15 BIGINT NOT NULL,
    in20 BIGINT NOT NULL,
    waited BIGINT NOT NULL,
    wait_ms BIGINT NOT NULL,
    wait30 BIGINT NOT NULL,
    wait120 BIGINT NOT NULL,
    wait_max BIGINT NOT NULL,
    talk_ms BIGINT NOT NULL,
    wraps BIGINT NOT NULL,
    wrap_ms BIGINT NOT NULL,
    good BIGINT NOT NULL,
    fair BIGINT NOT NULL,
    unhappy BIGINT NOT NULL,
    no_answer BIGINT NOT NULL,
    PRIMARY KEY (face, day, district, a, b)
);
CREATE TABLE call_days (
    day      BIGINT PRIMARY KEY,
    district TEXT COLLATE "C" NOT NULL,
    calls    BIGINT NOT NULL,
    inbound  BIGINT NOT NULL,
    t_made   BIGINT NOT NULL
);
-- The second level of a subject, as the form gave it: taken out of fields when a record is written.
ALTER TABLE records ADD COLUMN topic TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE records SET topic = coalesce(fields::jsonb ->> 'topic', '');
CREATE INDEX records_topic ON records (t_created, kind, state, subject, topic, district);
CREATE INDEX records_articles ON records (t_created, district, articles) WHERE articles <> 'null' AND articles <> '[]';
CREATE INDEX records_dues ON records (t_created) WHERE dues <> 'null' AND dues <> '[]';
CREATE INDEX calls_outbound ON calls (t_arrive, district) WHERE direction = 'out';
CREATE INDEX records_stand ON records (kind, state, t_created);
CREATE INDEX records_wrote ON records (t_created, agent, district);

-- +goose Down
DROP INDEX records_wrote;
DROP INDEX records_stand;
DROP INDEX calls_outbound;
DROP INDEX records_dues;
DROP INDEX records_articles;
DROP INDEX records_topic;
ALTER TABLE records DROP COLUMN topic;
DROP TABLE call_days;
DROP TABLE call_sums;
