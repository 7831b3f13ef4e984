-- Old updates of documents, packed: `aukio_sync::history` says how. A snapshot holds what they made; they are
-- read when somebody goes back to an earlier version.
CREATE TABLE document_history (
    document_id INTEGER NOT NULL REFERENCES document (id),
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (document_id, first_seq)
) STRICT;
