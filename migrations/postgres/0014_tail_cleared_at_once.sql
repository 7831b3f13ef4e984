-- Updates that are settled stay in the tail for a moment and leave it together. What of the tail is not settled yet is
-- told by the numbers alone, so that a commit writes nothing but the end of the tail; nodes that append to the same
-- document wait for each other at an advisory lock.
LOCK TABLE document, document_unsettled, document_tail IN ACCESS EXCLUSIVE MODE;

DROP VIEW document_log;

ALTER TABLE document_tail ADD COLUMN schema BIGINT NOT NULL DEFAULT 0;
UPDATE document_tail SET schema = u.schema FROM document_unsettled u WHERE u.document_id = document_tail.document_id;
DROP TABLE document_unsettled;

-- How many updates of a document are not settled, and the newest schema of the editors that wrote them. A node of an
-- earlier version that counts here is refused, and its clients keep what they have until they reach one of this.
CREATE VIEW document_unsettled AS
SELECT tail.document_id, COUNT(*) AS updates, MAX(tail.schema) AS schema
FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq
GROUP BY tail.document_id;

CREATE VIEW document_log AS
SELECT document_id, seq, at, actor, bytes FROM document_update
UNION ALL
SELECT tail.document_id, tail.seq, tail.at, tail.actor, tail.bytes
FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq;
