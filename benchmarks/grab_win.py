"""grab-win: winning grabs, each of an order of its own, against a one-row UPDATE and commit.

32 connections, fsync and synchronous_commit on. The peer updates one row of the same place table by its
key, so both sides write to the same kind of row and wait for the same disk; a winning grab also reads the
order under lock, looks for overlapping work, inserts the assignment and marks the order as filled.
"""

from __future__ import annotations

import itertools

from benchmarks.figure import Figure, in_turn, rounded
from benchmarks.orders_ground import CLIENTS, FIRST, SERIES, ground, order_id

EACH, RUNS = 100, 11  # short turns: what else the machine does meets both sides alike

WIN = rf"""
\set order {FIRST} + :client_id * {EACH} + :i
\set it random({FIRST}, {FIRST * 9})
\set i :i + 1
SELECT 1 / (orders_grab('{order_id(":series", ":order")}', '{order_id(":series", ":it")}',
    '{order_id(":series", ":it")}', '2027-03-01T01:00Z', 'app') = 'won')::int;
"""
UPDATE = rf"""
\set order {FIRST} + :client_id * {EACH} + :i
\set i :i + 1
UPDATE "{{schema}}".orders_place SET taken_by = '{order_id(":series", ":order")}'
    WHERE id = ':series-0000-7000-9000-:order';
"""


def run() -> list[Figure]:
    count = CLIENTS * EACH
    with ground() as on:
        # One more of each: the first pair is not counted.
        wins, updates = itertools.count(SERIES), itertools.count(SERIES + RUNS + 1)
        for series in range(SERIES, SERIES + 2 * (RUNS + 1)):
            on.lay_out(series, count)
        on.settle_down()
        ratio, ours, _ = in_turn(
            lambda: on.pgbench(WIN, each=EACH, series=next(wins), i=0),
            lambda: on.pgbench(UPDATE, each=EACH, series=next(updates), i=0),
            RUNS,
        )
        (won,) = on.ask("SELECT count(*) FROM {schema}.orders_assignment")
    if won != count * (RUNS + 1):
        raise RuntimeError(f"{won} places were won instead of {count * (RUNS + 1)}")
    against = f"one-row UPDATE and commit, {CLIENTS} connections, fsync on"
    return [Figure("grab-win", rounded(ratio), 0.7, "higher", against, rounded(ours), "1/s", RUNS)]
