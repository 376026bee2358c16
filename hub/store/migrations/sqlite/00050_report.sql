-- What reports read. call_sums holds the sums of days that are over and whose calls are all closed: it is made from
-- calls, can be made again at any time, and is checked against the count of calls whenever it is read. day counts local
-- days since 1970.

-- +goose Up
CREATE TABLE call_sums (
    day      INTEGER NOT NULL,
    face     TEXT    NOT NULL,
    district TEXT    NOT NULL,
    a        TEXT    NOT NULL,
    b        TEXT    NOT NULL,
    arrived INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    human INTEGER NOT NULL,
    auto INTEGER NOT NULL,
    menu INTEGER NOT NULL,
    queue INTEGER NOT NULL,
    ring INTEGER NOT NULL,
    fault INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    in15 INTEGER NOT NULL,
    in20 INTEGER NOT NULL,
    waited INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    wait30 INTEGER NOT NULL,
    wait120 INTEGER NOT NULL,
    wait_max INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    wraps INTEGER NOT NULL,
    wrap_ms INTEGER NOT NULL,
    good INTEGER NOT NULL,
    fair INTEGER NOT NULL,
    unhappy INTEGER NOT NULL,
    no_answer INTEGER NOT NULL,
    PRIMARY KEY (face, day, district, a, b)
) STRICT;
CREATE TABLE call_days (
    day      INTEGER PRIMARY KEY,
    district TEXT    NOT NULL,
    calls    INTEGER NOT NULL,
    inbound  INTEGER NOT NULL,
    t_made   INTEGER NOT NULL
) STRICT;
-- The second level of a subject, as the form gave it: taken out of fields when a record is written.
ALTER TABLE records ADD COLUMN topic TEXT NOT NULL DEFAULT '';
UPDATE records SET topic = coalesce(json_extract(fields, '$.topic'), '');
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
