-- Who has just written finds it: search waits for the newest entry of the one who asks.
CREATE INDEX journal_by_actor ON journal (actor, number) WHERE actor IS NOT NULL;
