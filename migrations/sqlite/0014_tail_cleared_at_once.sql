-- Updates that are settled stay in the tail for a moment and leave it together, a page at a time: whoever writes where,
-- the disk is then told of a free page and not of each row's absence. What of the tail is not settled yet is told by the
-- numbers alone, so that a commit writes nothing but the end of the tail.
DROP VIEW document_log;

ALTER TABLE document_tail ADD COLUMN schema INTEGER NOT NULL DEFAULT 0;
UPDATE document_tail SET schema = COALESCE(
    (SELECT u.schema FROM document_unsettled u WHERE u.document_id = document_tail.document_id), 0
);
DROP TABLE document_unsettled;

-- How many updates of a document are not settled, and the newest schema of the editors that wrote them.
CREATE VIEW document_unsettled AS
SELECT tail.document_id, COUNT(*) AS updates, MAX(tail.schema) AS schema
FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq
GROUP BY tail.document_id;

CREATE VIEW document_log AS
SELECT document_id, seq, at, actor, bytes FROM document_update
UNION ALL
SELECT tail.document_id, tail.seq, tail.at, tail.actor, tail.bytes
FROM document_tail tail JOIN document d ON d.id = tail.document_id AND tail.seq > d.seq;
