-- A second factor that an administrator takes away: it goes when the time has come, unless its owner stops it.
CREATE TABLE factor_removal (
    person_id INTEGER PRIMARY KEY REFERENCES person (id),
    by_person INTEGER NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX factor_removal_by_due ON factor_removal (due_at);
