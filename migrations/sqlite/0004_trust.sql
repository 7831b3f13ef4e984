-- SQLite. The same tables stand in migrations/postgres under the same number.

-- When the person last proved who they are in this session, and whether with a second factor.
ALTER TABLE session ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN strong INTEGER NOT NULL DEFAULT 0;
UPDATE session SET confirmed_at = created_at;

-- One authenticator app per person. Not active until its first code was right.
CREATE TABLE second_factor (
    person_id INTEGER PRIMARY KEY REFERENCES person (id),
    secret BLOB NOT NULL,
    active INTEGER NOT NULL,
    -- The step whose code was used last: no code is taken twice.
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Codes for the day when the authenticator is lost; a row goes when its code is used.
CREATE TABLE recovery_code (
    code_hash BLOB PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id)
) STRICT;
CREATE INDEX recovery_code_by_person ON recovery_code (person_id);

CREATE TABLE passkey (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    credential BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX passkey_by_person ON passkey (person_id, created_at);

-- Whom an organisation's identity provider knows by which name.
CREATE TABLE provider_identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX provider_identity_by_person ON provider_identity (person_id);

-- Who did what of weight, when and from what kind of place. Each row's hash covers the row before it.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor INTEGER,
    deed TEXT NOT NULL,
    about TEXT NOT NULL,
    place TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- One row: the end of the chain, and the last row that was old enough to be let go.
CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    gone_number INTEGER NOT NULL,
    gone_hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_head (one, number, hash, gone_number, gone_hash) VALUES (1, 0, x'', 0, x'');

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
WHEN OLD.number > (SELECT gone_number FROM audit_head)
BEGIN SELECT RAISE(ABORT, 'the audit log is not shortened'); END;
