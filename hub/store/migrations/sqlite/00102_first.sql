-- What was settled in the first call, day by day: judged when the days in which a caller might have called again are over. It is
-- made from calls and records, can be made again at any time, and is checked against the count of records whenever it is read.

-- +goose Up
CREATE TABLE first_sums (
    day      INTEGER NOT NULL,
    district TEXT    NOT NULL,
    agent    TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    asked    INTEGER NOT NULL,
    unknown  INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    once     INTEGER NOT NULL,
    again    INTEGER NOT NULL,
    passed   INTEGER NOT NULL,
    waiting  INTEGER NOT NULL,
    PRIMARY KEY (day, district, agent, subject)
) STRICT;
CREATE TABLE first_days (
    day      INTEGER PRIMARY KEY,
    district TEXT    NOT NULL,
    days     INTEGER NOT NULL,
    records  INTEGER NOT NULL,
    t_made   INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE first_days;
DROP TABLE first_sums;
