-- PostgreSQL. The same tables stand in migrations/sqlite under the same number.

-- When the person last proved who they are in this session, and whether with a second factor.
ALTER TABLE session ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN strong BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE session SET confirmed_at = created_at;

-- One authenticator app per person. Not active until its first code was right.
CREATE TABLE second_factor (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    secret BYTEA NOT NULL,
    active BOOLEAN NOT NULL,
    -- The step whose code was used last: no code is taken twice.
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Codes for the day when the authenticator is lost; a row goes when its code is used.
CREATE TABLE recovery_code (
    code_hash BYTEA PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id)
);
CREATE INDEX recovery_code_by_person ON recovery_code (person_id);

CREATE TABLE passkey (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    credential BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkey_by_person ON passkey (person_id, created_at);

-- Whom an organisation's identity provider knows by which name.
CREATE TABLE provider_identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX provider_identity_by_person ON provider_identity (person_id);

-- Who did what of weight, when and from what kind of place. Each row's hash covers the row before it.
CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor BIGINT,
    deed TEXT NOT NULL,
    about TEXT NOT NULL,
    place TEXT NOT NULL,
    hash BYTEA NOT NULL
);

-- One row: the end of the chain, and the last row that was old enough to be let go.
CREATE TABLE audit_head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    gone_number BIGINT NOT NULL,
    gone_hash BYTEA NOT NULL
);
INSERT INTO audit_head (one, number, hash, gone_number, gone_hash) VALUES (1, 0, '', 0, '');

CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.number <= (SELECT gone_number FROM audit_head) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is neither changed nor shortened';
END;
$$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
CREATE FUNCTION audit_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is not emptied';
END;
$$;
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_not_emptied();
