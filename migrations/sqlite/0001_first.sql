-- SQLite. The same tables stand in migrations/postgres under the same number.

-- People, sessions and the tokens that travel by mail.
CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_sort BLOB NOT NULL,
    email TEXT,
    email_key TEXT UNIQUE,
    sector TEXT NOT NULL,
    organisation TEXT NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT,
    administrator INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    acted_at INTEGER,
    closed_at INTEGER,
    external_id TEXT UNIQUE
) STRICT;
-- People are listed by name once they have acted in public.
CREATE INDEX person_by_name ON person (name_sort, id) WHERE acted_at IS NOT NULL AND closed_at IS NULL;

CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    person_id INTEGER NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    device TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_person ON session (person_id, seen_at);

CREATE TABLE mail_token (
    token_hash BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    person_id INTEGER REFERENCES person (id),
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_token_by_expiry ON mail_token (expires_at);

-- What a visitor had typed when asked to sign in.
CREATE TABLE kept_text (
    token_hash BLOB PRIMARY KEY,
    payload TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_text_by_expiry ON kept_text (expires_at);

-- Mail that waits to be sent; rows go when the mail server has taken them.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_next_try ON outbox (next_try_at);

-- Spaces: a tree of networks, sub-networks and working groups.
CREATE TABLE space (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES space (id),
    kind TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    theme TEXT NOT NULL,
    output TEXT NOT NULL,
    outcome TEXT NOT NULL,
    language TEXT NOT NULL,
    -- 0 = everybody, else the closed space whose members alone may know.
    audience INTEGER NOT NULL,
    joining TEXT NOT NULL,
    created_by INTEGER REFERENCES person (id),
    created_at INTEGER NOT NULL,
    ends_at INTEGER,
    member_count INTEGER NOT NULL,
    thread_count INTEGER NOT NULL,
    document_count INTEGER NOT NULL,
    external_id TEXT UNIQUE
) STRICT;
CREATE INDEX space_by_parent ON space (parent_id, created_at);
CREATE INDEX space_by_kind ON space (kind, created_at);

CREATE TABLE membership (
    space_id INTEGER NOT NULL REFERENCES space (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (space_id, person_id)
) STRICT;
CREATE INDEX membership_by_person ON membership (person_id, space_id);

CREATE TABLE join_request (
    space_id INTEGER NOT NULL REFERENCES space (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (space_id, person_id)
) STRICT;

-- Discussions.
CREATE TABLE thread (
    id INTEGER PRIMARY KEY,
    space_id INTEGER NOT NULL REFERENCES space (id),
    audience INTEGER NOT NULL,
    document_id INTEGER,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    last_by INTEGER NOT NULL REFERENCES person (id),
    last_number INTEGER NOT NULL,
    message_count INTEGER NOT NULL,
    writer_count INTEGER NOT NULL,
    external_id TEXT UNIQUE
) STRICT;
CREATE INDEX thread_by_space ON thread (space_id, last_at, id);
CREATE INDEX thread_by_time ON thread (last_at, id);
CREATE INDEX thread_by_document ON thread (document_id, last_at, id) WHERE document_id IS NOT NULL;

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL REFERENCES thread (id),
    number INTEGER NOT NULL,
    parent INTEGER,
    -- Numbers of the ancestors and of itself, four bytes each: sorts as the tree is read.
    path BLOB NOT NULL,
    depth INTEGER NOT NULL,
    author_id INTEGER NOT NULL REFERENCES person (id),
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    posted_at INTEGER NOT NULL,
    edited_at INTEGER,
    external_id TEXT UNIQUE,
    UNIQUE (thread_id, number),
    UNIQUE (thread_id, path)
) STRICT;
CREATE INDEX message_by_author ON message (author_id, posted_at);

-- What a message said before it was edited.
CREATE TABLE message_revision (
    message_id INTEGER NOT NULL REFERENCES message (id),
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, revision)
) STRICT;

CREATE TABLE withdrawal (
    message_id INTEGER PRIMARY KEY REFERENCES message (id),
    by_person INTEGER NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE thread_writer (
    thread_id INTEGER NOT NULL REFERENCES thread (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    PRIMARY KEY (thread_id, person_id)
) STRICT;

-- How a member likes to read.
CREATE TABLE reader (
    person_id INTEGER PRIMARY KEY REFERENCES person (id),
    reading_order TEXT NOT NULL
) STRICT;

-- Documents: the log of updates is the truth, snapshots shorten reading it.
CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    space_id INTEGER NOT NULL REFERENCES space (id),
    audience INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL,
    edited_at INTEGER NOT NULL,
    edited_by INTEGER NOT NULL REFERENCES person (id),
    seq INTEGER NOT NULL,
    journalled_seq INTEGER NOT NULL,
    external_id TEXT UNIQUE
) STRICT;
CREATE INDEX document_by_space ON document (space_id, edited_at, id);
CREATE INDEX document_by_time ON document (edited_at, id);
CREATE INDEX document_unjournalled ON document (id) WHERE seq > journalled_seq;

CREATE TABLE document_update (
    document_id INTEGER NOT NULL REFERENCES document (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor INTEGER,
    bytes BLOB NOT NULL,
    PRIMARY KEY (document_id, seq)
) STRICT;

CREATE TABLE document_snapshot (
    document_id INTEGER PRIMARY KEY REFERENCES document (id),
    seq INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE document_writer (
    document_id INTEGER NOT NULL REFERENCES document (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    last_at INTEGER NOT NULL,
    PRIMARY KEY (document_id, person_id)
) STRICT;

-- The one log of all that happened. Followers read it by number.
CREATE TABLE journal (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor INTEGER,
    kind TEXT NOT NULL,
    person_id INTEGER,
    space_id INTEGER,
    thread_id INTEGER,
    message INTEGER,
    document_id INTEGER,
    seq INTEGER
) STRICT;
CREATE INDEX journal_by_thread ON journal (thread_id, number) WHERE thread_id IS NOT NULL;
CREATE INDEX journal_by_document ON journal (document_id, number) WHERE document_id IS NOT NULL;
CREATE INDEX journal_by_space ON journal (space_id, number) WHERE space_id IS NOT NULL;

-- Few values of the site itself: the token of the first administrator, the demonstration's password.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
