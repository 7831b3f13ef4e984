-- A node of an earlier version may be writing at this moment. Afterwards it is refused, and its clients keep what they
-- have until they reach a node of this one.
LOCK TABLE document, document_unsettled, document_tail, document_update IN ACCESS EXCLUSIVE MODE;

-- What of the tail is not settled yet is told by the numbers alone, so that a commit writes nothing but the tail's end;
-- nodes that append to the same document wait for each other at an advisory lock.
DROP VIEW document_log;
ALTER TABLE document_tail ADD COLUMN schema BIGINT NOT NULL DEFAULT 0;
UPDATE document_tail SET schema = u.schema FROM document_unsettled u WHERE u.document_id = document_tail.document_id;
DROP TABLE document_unsettled;

-- How many updates of a document are not settled, and the newest schema of the editors that wrote them.
CREATE VIEW document_unsettled AS
SELECT tail.document_id, COUNT(*) AS updates, MAX(tail.schema) AS schema
FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq
GROUP BY tail.document_id;

-- Updates that were settled together are one row. `places` tells where each begins, by whom and when it was written:
-- the authors, each update's author among them, the moments (the first, then each one's distance from the one before)
-- and the lengths, as lists in JSON.
CREATE TABLE document_burst (
    document_id BIGINT NOT NULL REFERENCES document (id),
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    places TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (document_id, first_seq)
);

INSERT INTO document_burst (document_id, first_seq, last_seq, places, bytes)
SELECT document_id, seq, seq,
       CAST(json_build_array(json_build_array(actor), json_build_array(0), json_build_array(at),
                             json_build_array(length(bytes))) AS TEXT),
       bytes
FROM document_update ORDER BY document_id, seq;

DROP TABLE document_update;
