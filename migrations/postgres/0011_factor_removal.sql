-- A second factor that an administrator takes away: it goes when the time has come, unless its owner stops it.
CREATE TABLE factor_removal (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    by_person BIGINT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
CREATE INDEX factor_removal_by_due ON factor_removal (due_at);
