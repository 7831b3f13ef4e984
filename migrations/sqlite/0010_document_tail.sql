-- The newest updates of all documents, in the order they came: whoever writes where, a commit touches the end of
-- this one table. A moment later they are put in their places in document_update, a burst of keystrokes at a time.
CREATE TABLE document_tail (
    number INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor INTEGER,
    bytes BLOB NOT NULL
) STRICT;

-- How many updates of a document are in the tail, and the newest schema of the editors that wrote them.
CREATE TABLE document_unsettled (
    document_id INTEGER PRIMARY KEY REFERENCES document (id),
    updates INTEGER NOT NULL,
    schema INTEGER NOT NULL
) STRICT;

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
-- keep what they have until they reach this one.
CREATE TRIGGER document_seq_settled BEFORE UPDATE OF seq ON document WHEN NEW.seq <> NEW.journalled_seq
BEGIN
    SELECT RAISE(ABORT, 'an earlier version writes to this database');
END;
