"""Who stands where towards a claim."""

from __future__ import annotations

from uuid import UUID

from compliance.claims.contracts import Reporter
from compliance.people.selectors import ACT_FOR, employers_of, workers_of
from kernel.actor import Actor

REPORT = "claims:report"
READ = "claims:read"
PARTIES = frozenset({Reporter.WORKER, Reporter.EMPLOYER})


def staff_side(actor: Actor) -> Reporter | None:
    """HALL for who may act for people, STATION for a clerk who may look them up, else None."""
    if actor.has(ACT_FOR):
        return Reporter.HALL
    if actor.has(REPORT) and actor.has("people:read"):
        return Reporter.STATION
    return None


def side_of(actor: Actor, *, worker_id: UUID, employer_id: UUID) -> Reporter | None:
    """On whose side the actor is: the worker's own login, the employer's, a hall, a station, or nobody's.
    At most two queries."""
    if worker_id in {worker.id for worker in workers_of(actor)}:
        return Reporter.WORKER
    if employer_id in {employer.id for employer in employers_of(actor)}:
        return Reporter.EMPLOYER
    return staff_side(actor)
