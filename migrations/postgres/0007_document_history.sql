-- Old updates of documents, packed: `aukio_sync::history` says how. A snapshot holds what they made; they are
-- read when somebody goes back to an earlier version.
CREATE TABLE document_history (
    document_id BIGINT NOT NULL REFERENCES document (id),
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (document_id, first_seq)
);
