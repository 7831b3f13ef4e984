-- Copies of their data that people have asked for, made in the background and kept for a week.
CREATE TABLE personal_copy (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    asked_at BIGINT NOT NULL,
    done BIGINT NOT NULL,
    steps BIGINT NOT NULL,
    ready_at BIGINT,
    bytes BYTEA
);
