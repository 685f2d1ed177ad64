"""The grab as it is first written: lock the row, look, write, commit.

One narrow table of its own with nothing but the taker, no history, no overlap check: less than a market
needs, so the comparison leans to this side. Two ways to lose: an exception out of Django's `atomic()` rolls
back and pays no fsync; a plain `return` commits and, since the lock was written to the row, waits for the
disk.
"""

TABLE = """
CREATE TABLE {schema}.naive_order (id uuid PRIMARY KEY, taken_by uuid, taken_at timestamptz)
"""

_RACE = r"""
\set order 100000000000 + :i
\set who 10000000 + :client_id
BEGIN;
SELECT (taken_by IS NULL)::int AS free FROM "{schema}".naive_order
    WHERE id = ':series-0000-7000-8000-:order' FOR UPDATE \gset
\if :free
UPDATE "{schema}".naive_order
    SET taken_by = ':who-0000-7000-8000-000000000000', taken_at = '2027-03-01T01:00Z'
    WHERE id = ':series-0000-7000-8000-:order';
COMMIT;
\else
<lose>;
\endif
\set i :i + 1
"""
LOSER_ROLLS_BACK = _RACE.replace("<lose>", "ROLLBACK")
LOSER_COMMITS = _RACE.replace("<lose>", "COMMIT")
