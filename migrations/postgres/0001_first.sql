-- PostgreSQL. The same tables stand in migrations/sqlite under the same number.

-- People, sessions and the tokens that travel by mail.
CREATE TABLE person (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    name_sort BYTEA NOT NULL,
    email TEXT,
    email_key TEXT UNIQUE,
    sector TEXT NOT NULL,
    organisation TEXT NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT,
    administrator BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    acted_at BIGINT,
    closed_at BIGINT,
    external_id TEXT UNIQUE
);
-- People are listed by name once they have acted in public.
CREATE INDEX person_by_name ON person (name_sort, id) WHERE acted_at IS NOT NULL AND closed_at IS NULL;

CREATE TABLE session (
    id BIGINT PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    device TEXT NOT NULL
);
CREATE INDEX session_by_person ON session (person_id, seen_at);

CREATE TABLE mail_token (
    token_hash BYTEA PRIMARY KEY,
    purpose TEXT NOT NULL,
    person_id BIGINT REFERENCES person (id),
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mail_token_by_expiry ON mail_token (expires_at);

-- What a visitor had typed when asked to sign in.
CREATE TABLE kept_text (
    token_hash BYTEA PRIMARY KEY,
    payload TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX kept_text_by_expiry ON kept_text (expires_at);

-- Mail that waits to be sent; rows go when the mail server has taken them.
CREATE TABLE outbox (
    id BIGINT PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL
);
CREATE INDEX outbox_by_next_try ON outbox (next_try_at);

-- Spaces: a tree of networks, sub-networks and working groups.
CREATE TABLE space (
    id BIGINT PRIMARY KEY,
    parent_id BIGINT REFERENCES space (id),
    kind TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    theme TEXT NOT NULL,
    output TEXT NOT NULL,
    outcome TEXT NOT NULL,
    language TEXT NOT NULL,
    -- 0 = everybody, else the closed space whose members alone may know.
    audience BIGINT NOT NULL,
    joining TEXT NOT NULL,
    created_by BIGINT REFERENCES person (id),
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    member_count BIGINT NOT NULL,
    thread_count BIGINT NOT NULL,
    document_count BIGINT NOT NULL,
    external_id TEXT UNIQUE
);
CREATE INDEX space_by_parent ON space (parent_id, created_at);
CREATE INDEX space_by_kind ON space (kind, created_at);

CREATE TABLE membership (
    space_id BIGINT NOT NULL REFERENCES space (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, person_id)
);
CREATE INDEX membership_by_person ON membership (person_id, space_id);

CREATE TABLE join_request (
    space_id BIGINT NOT NULL REFERENCES space (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (space_id, person_id)
);

-- Discussions.
CREATE TABLE thread (
    id BIGINT PRIMARY KEY,
    space_id BIGINT NOT NULL REFERENCES space (id),
    audience BIGINT NOT NULL,
    document_id BIGINT,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    last_by BIGINT NOT NULL REFERENCES person (id),
    last_number BIGINT NOT NULL,
    message_count BIGINT NOT NULL,
    writer_count BIGINT NOT NULL,
    external_id TEXT UNIQUE
);
CREATE INDEX thread_by_space ON thread (space_id, last_at, id);
CREATE INDEX thread_by_time ON thread (last_at, id);
CREATE INDEX thread_by_document ON thread (document_id, last_at, id) WHERE document_id IS NOT NULL;

CREATE TABLE message (
    id BIGINT PRIMARY KEY,
    thread_id BIGINT NOT NULL REFERENCES thread (id),
    number BIGINT NOT NULL,
    parent BIGINT,
    -- Numbers of the ancestors and of itself, four bytes each: sorts as the tree is read.
    path BYTEA NOT NULL,
    depth BIGINT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES person (id),
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    posted_at BIGINT NOT NULL,
    edited_at BIGINT,
    external_id TEXT UNIQUE,
    UNIQUE (thread_id, number),
    UNIQUE (thread_id, path)
);
CREATE INDEX message_by_author ON message (author_id, posted_at);

-- What a message said before it was edited.
CREATE TABLE message_revision (
    message_id BIGINT NOT NULL REFERENCES message (id),
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (message_id, revision)
);

CREATE TABLE withdrawal (
    message_id BIGINT PRIMARY KEY REFERENCES message (id),
    by_person BIGINT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE thread_writer (
    thread_id BIGINT NOT NULL REFERENCES thread (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    PRIMARY KEY (thread_id, person_id)
);

-- How a member likes to read.
CREATE TABLE reader (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    reading_order TEXT NOT NULL
);

-- Documents: the log of updates is the truth, snapshots shorten reading it.
CREATE TABLE document (
    id BIGINT PRIMARY KEY,
    space_id BIGINT NOT NULL REFERENCES space (id),
    audience BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    edited_at BIGINT NOT NULL,
    edited_by BIGINT NOT NULL REFERENCES person (id),
    seq BIGINT NOT NULL,
    journalled_seq BIGINT NOT NULL,
    external_id TEXT UNIQUE
);
CREATE INDEX document_by_space ON document (space_id, edited_at, id);
CREATE INDEX document_by_time ON document (edited_at, id);
CREATE INDEX document_unjournalled ON document (id) WHERE seq > journalled_seq;

CREATE TABLE document_update (
    document_id BIGINT NOT NULL REFERENCES document (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor BIGINT,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (document_id, seq)
);

CREATE TABLE document_snapshot (
    document_id BIGINT PRIMARY KEY REFERENCES document (id),
    seq BIGINT NOT NULL,
    bytes BYTEA NOT NULL
);

CREATE TABLE document_writer (
    document_id BIGINT NOT NULL REFERENCES document (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    last_at BIGINT NOT NULL,
    PRIMARY KEY (document_id, person_id)
);

-- The one log of all that happened. Followers read it by number.
CREATE TABLE journal (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at BIGINT NOT NULL,
    actor BIGINT,
    kind TEXT NOT NULL,
    person_id BIGINT,
    space_id BIGINT,
    thread_id BIGINT,
    message BIGINT,
    document_id BIGINT,
    seq BIGINT
);
CREATE INDEX journal_by_thread ON journal (thread_id, number) WHERE thread_id IS NOT NULL;
CREATE INDEX journal_by_document ON journal (document_id, number) WHERE document_id IS NOT NULL;
CREATE INDEX journal_by_space ON journal (space_id, number) WHERE space_id IS NOT NULL;

-- Few values of the site itself: the token of the first administrator, the demonstration's password.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
