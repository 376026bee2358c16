-- What was settled in the first call, day by day: judged when the days in which a caller might have called again are over. It is
-- made from calls and records, can be made again at any time, and is checked against the count of records whenever it is read.

-- +goose Up
CREATE TABLE first_sums (
    day      BIGINT NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    agent    TEXT COLLATE "C" NOT NULL,
    subject  TEXT COLLATE "C" NOT NULL,
    asked    BIGINT NOT NULL,
    unknown  BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    once     BIGINT NOT NULL,
    again    BIGINT NOT NULL,
    passed   BIGINT NOT NULL,
    waiting  BIGINT NOT NULL,
    PRIMARY KEY (day, district, agent, subject)
);
CREATE TABLE first_days (
    day      BIGINT PRIMARY KEY,
    district TEXT COLLATE "C" NOT NULL,
    days     BIGINT NOT NULL,
    records  BIGINT NOT NULL,
    t_made   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE first_days;
DROP TABLE first_sums;
