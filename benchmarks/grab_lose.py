"""grab-lose: what it costs to lose, against `SELECT 1` on the same 32 connections.

Two figures. A loser who comes after the winner's commit reads `full` off the order's row; a loser who
comes while a winner has not committed yet probes the place, finds it locked and hears `busy`. The peer's
script has the same \\set lines, so that pgbench does the same work on either side.
"""

from __future__ import annotations

from benchmarks.figure import Figure, in_turn, rounded
from benchmarks.orders_ground import CLIENTS, FIRST, SERIES, Ground, ground, order_id

ORDERS = 1_000
RUNS, SECONDS = 9, 2  # short turns: what else the machine does meets both sides alike

DRAW = rf"""
\set order {FIRST} + random(0, {ORDERS - 1})
\set who 10000000 + :client_id
\set it random({FIRST}, {FIRST * 9})
"""
LOSE = rf"""{DRAW}
SELECT orders_grab('{order_id(":series", ":order")}', ':who-0000-7000-8000-000000000000',
    ':who-0000-7000-8000-:it', '2027-03-01T01:00Z', 'app');
"""
ONE = f"{DRAW}SELECT 1;\n"


def run() -> list[Figure]:
    with ground() as on:
        on.lay_out(SERIES, ORDERS, full=True)
        on.lay_out(SERIES + 1, ORDERS)
        on.settle_down()
        full = _measure(on, SERIES, "after the winner's commit")
        with on.server() as winner, winner.transaction():
            winner.execute(f'SELECT id FROM "{on.schema}".orders_place WHERE taken_by IS NULL FOR UPDATE')
            busy = _measure(on, SERIES + 1, "while the winner has not committed")
    return [full, busy]


def _measure(on: Ground, series: int, when: str) -> Figure:
    ratio, ours, _ = in_turn(
        lambda: on.pgbench(LOSE, seconds=SECONDS, series=series),
        lambda: on.pgbench(ONE, seconds=SECONDS, series=series),
        RUNS,
    )
    return Figure(
        "grab-lose",
        rounded(ratio),
        0.5,
        "higher",
        f"SELECT 1, {CLIENTS} connections",
        rounded(ours),
        "1/s",
        RUNS,
        when,
    )
