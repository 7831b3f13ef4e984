-- A node of an earlier version may be writing at this moment.
LOCK TABLE document, document_update IN ACCESS EXCLUSIVE MODE;

-- The newest updates of all documents, in the order they came: whoever writes where, a commit touches the end of
-- this one table. A moment later they are put in their places in document_update, a burst of keystrokes at a time.
CREATE TABLE document_tail (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor BIGINT,
    bytes BYTEA NOT NULL
);

-- A row lives for a second, but its page for as long as somebody looks at the database as it was, a backup for instance.
CREATE INDEX document_tail_document ON document_tail (document_id, seq);
ALTER TABLE document_tail SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- How many updates of a document are in the tail, and the newest schema of the editors that wrote them.
CREATE TABLE document_unsettled (
    document_id BIGINT PRIMARY KEY REFERENCES document (id),
    updates BIGINT NOT NULL,
    schema BIGINT NOT NULL
);

ALTER TABLE document_unsettled SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CREATE VIEW document_log AS
SELECT document_id, seq, at, actor, bytes FROM document_update
UNION ALL
SELECT document_id, seq, at, actor, bytes FROM document_tail;

-- What an earlier version had not told the journal of becomes the first tail.
INSERT INTO document_tail (document_id, seq, at, actor, bytes)
SELECT u.document_id, u.seq, u.at, u.actor, u.bytes FROM document_update u JOIN document d ON d.id = u.document_id
WHERE d.seq > d.journalled_seq AND u.seq > d.journalled_seq ORDER BY u.document_id, u.seq;

INSERT INTO document_unsettled (document_id, updates, schema)
SELECT id, seq - journalled_seq, schema FROM document WHERE seq > journalled_seq;

DELETE FROM document_update WHERE (document_id, seq) IN (SELECT document_id, seq FROM document_tail);

UPDATE document SET seq = journalled_seq WHERE seq > journalled_seq;

DROP INDEX document_unjournalled;

-- An earlier version counts updates in `seq` alone and would hand out numbers twice. It is refused, and its clients
-- keep what they have until they reach a node of this one.
ALTER TABLE document ADD CONSTRAINT document_seq_settled CHECK (seq = journalled_seq);
