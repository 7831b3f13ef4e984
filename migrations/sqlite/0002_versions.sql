-- Sittings of a document: updates that followed each other closely. Lists of versions show these; each single
-- update in the log can be gone back to all the same.
CREATE TABLE document_version (
    document_id INTEGER NOT NULL REFERENCES document (id),
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    name TEXT,
    named_by INTEGER REFERENCES person (id),
    PRIMARY KEY (document_id, first_seq)
) STRICT;

CREATE TABLE document_version_writer (
    document_id INTEGER NOT NULL REFERENCES document (id),
    first_seq INTEGER NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person (id),
    PRIMARY KEY (document_id, first_seq, person_id)
) STRICT;

-- What was written before sittings were kept counts as one.
INSERT INTO document_version (document_id, first_seq, last_seq, begun_at, ended_at)
SELECT id, 1, seq, created_at, edited_at FROM document WHERE seq > 0;
INSERT INTO document_version_writer (document_id, first_seq, person_id)
SELECT w.document_id, 1, w.person_id FROM document_writer w JOIN document d ON d.id = w.document_id WHERE d.seq > 0;
