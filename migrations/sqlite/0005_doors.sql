-- What feeds list: the latest opened of a space.
CREATE INDEX thread_opened_in ON thread (space_id, id);
CREATE INDEX document_begun_in ON document (space_id, id);

-- Tokens that members make for programs. Only the hash of a token is kept.
CREATE TABLE api_token (
    id INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    person_id INTEGER NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    may_write INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX api_token_by_person ON api_token (person_id, id);
