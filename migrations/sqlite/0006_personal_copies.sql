-- Copies of their data that people have asked for, made in the background and kept for a week.
CREATE TABLE personal_copy (
    person_id INTEGER PRIMARY KEY REFERENCES person (id),
    asked_at INTEGER NOT NULL,
    done INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    ready_at INTEGER,
    bytes BLOB
) STRICT;
