"""graphql-attacks: what refusing the longest and the heaviest attack costs a real web process.

Every attack of tests/doors/graphql_attacks.py is sent over HTTP by a signed-in administrator to one worker
process, several times, after each kind of work has been done once. Time is from the first byte sent to the
last received; memory is how far the process's peak (VmHWM, set back before each attack) rises above what it
held before. All must be refused, with a status below 500.
"""

from __future__ import annotations

import json
import statistics
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.city_door import Door, door, read
from benchmarks.figure import Figure, rounded
from benchmarks.ground import site, use

RUNS = 5
MS, MB = 200, 50
ORDINARY = ("{ trades { code } }", "{ counties { slug freshness { state } } }")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one attack cost: the median of its milliseconds, and the most memory of any, in MB."""

    name: str
    milliseconds: float
    megabytes: float


def run() -> list[Figure]:
    with site() as env:
        use(env, "site")
        with door(env) as found:
            costs = _measure(found)
    slowest = max(costs, key=lambda cost: cost.milliseconds)
    heaviest = max(costs, key=lambda cost: cost.megabytes)
    against = f"the bar itself; {len(costs)} attacks, all refused"
    return [
        Figure(
            "graphql-attacks",
            rounded(slowest.milliseconds),
            MS,
            "lower",
            against,
            rounded(slowest.milliseconds),
            "ms, the slowest",
            RUNS,
            slowest.name,
        ),
        Figure(
            "graphql-attacks",
            rounded(heaviest.megabytes),
            MB,
            "lower",
            against,
            rounded(heaviest.megabytes),
            "MB, the heaviest",
            RUNS,
            heaviest.name,
        ),
    ]


def _measure(found: Door) -> list[Cost]:
    for query in ORDINARY:
        status, _ = _post(found, json.dumps({"query": query}).encode())
        if status != 200:
            raise RuntimeError(f"an ordinary query was answered with {status}")
    bodies = _bodies()
    for body in bodies.values():  # uncounted: what is loaded at its first use is no attack's cost
        _post(found, body)
    return [_cost(found, name, body) for name, body in bodies.items()]


def _post(found: Door, body: bytes) -> tuple[int, bytes]:
    """On a connection of its own: the server closes one whose body it has refused to read."""
    with closing(found.line()) as line:
        return found.post(line, "/graphql/", body)


def _bodies() -> dict[str, bytes]:
    from tests.doors.graphql_attacks import ATTACKS, BODIES, FLOODS

    bodies = {name: json.dumps({"query": query}).encode() for name, (query, _) in ATTACKS.items()}
    bodies |= {f"body: {name}": raw for name, (raw, _, _) in BODIES.items() if raw}
    return bodies | {f"flood: {name}": raw for name, (raw, _) in FLOODS.items()}


def _cost(found: Door, name: str, body: bytes) -> Cost:
    took: list[float] = []
    rose: list[float] = []
    for _ in range(RUNS):
        before = _forget_peak(found.process)
        began = time.perf_counter()
        status, answer = _post(found, body)
        took.append((time.perf_counter() - began) * 1000)
        rose.append((_memory(found.process, "VmHWM") - before) / 1024)
        if status >= 500 or not read(answer).get("errors"):
            raise RuntimeError(f"{name!r} was answered with {status}: {answer[:200]!r}")
    return Cost(name, statistics.median(took), max(rose))


def _forget_peak(process: int) -> int:
    """Sets the peak back to what is held now; returns that, in KB."""
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")
    return _memory(process, "VmRSS")


def _memory(process: int, name: str) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1])
