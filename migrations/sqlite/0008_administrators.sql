-- Whether there is an administrator yet is asked at each start, and must not read all people.
CREATE INDEX person_administrator ON person (id) WHERE administrator AND closed_at IS NULL;
