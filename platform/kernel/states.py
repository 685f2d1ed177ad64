"""State machines as data, and the one door through which a status changes.

`transition` checks the move against the machine's table, writes the row and logs who moved what,
from where to where. A status written any other way is a defect that `tests/test_house.py` finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from django.db import models

from kernel.actor import Actor
from kernel.db import CountyModel
from kernel.errors import STALE_STATE
from kernel.models import TransitionLog

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """`moves[state]` is the set of states that may follow; `field` is the column that holds it."""

    name: str
    moves: Mapping[S, frozenset[S]]
    field: str = "state"

    def allows(self, frm: str, to: S) -> bool:
        return any(str(state) == frm and to in after for state, after in self.moves.items())


def transition(
    row: CountyModel, to: S, *, machine: Machine[S], actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Moves one row, which the caller holds locked. Raises `stale_state` when the table forbids it."""
    frm = str(getattr(row, machine.field))
    if not machine.allows(frm, to):
        raise STALE_STATE.error(is_=frm, wants=str(to), machine=machine.name)
    setattr(row, machine.field, to)
    row.save(update_fields=[machine.field])
    TransitionLog.objects.create(**_log(machine, row.id, frm, to, actor, now, reason))


def step(row: models.Model, to: S, *, machine: Machine[S]) -> str:
    """Moves one row of a public table, which the caller holds locked, and returns the state it left.

    Public rooms have no `TransitionLog`: the caller writes who and why into the room's own table of changes,
    in the same transaction. Raises `stale_state`.
    """
    frm = str(getattr(row, machine.field))
    if not machine.allows(frm, to):
        raise STALE_STATE.error(is_=frm, wants=str(to), machine=machine.name)
    setattr(row, machine.field, to)
    row.save(update_fields=[machine.field])
    return frm


def transition_many(
    model: type[CountyModel],
    ids: Iterable[UUID],
    *,
    machine: Machine[S],
    frm: S,
    to: S,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> list[UUID]:
    """Moves the rows still in `frm` in one statement and returns which moved; the others are left."""
    if not machine.allows(frm, to):
        raise STALE_STATE.error(is_=str(frm), wants=str(to), machine=machine.name)
    locked = list(
        model.objects.select_for_update()
        .filter(id__in=list(ids), **{machine.field: frm})
        .order_by("id")
        .values_list("id", flat=True)
    )
    model.objects.filter(id__in=locked).update(**{machine.field: to})
    TransitionLog.objects.bulk_create(
        [TransitionLog(**_log(machine, row_id, frm, to, actor, now, reason)) for row_id in locked]
    )
    return locked


def begin(row: CountyModel, *, machine: Machine[S], actor: Actor, now: datetime, reason: str = "") -> None:
    """Logs the state a new row was created in, so that its history starts at the beginning."""
    TransitionLog.objects.create(
        **_log(machine, row.id, "", str(getattr(row, machine.field)), actor, now, reason)
    )


def _log(
    machine: Machine[S], subject: UUID, frm: str, to: str, actor: Actor, now: datetime, reason: str
) -> dict[str, object]:
    return {
        "machine": machine.name,
        "subject": subject,
        "frm": frm,
        "to": str(to),
        "actor": actor.key,
        "channel": actor.channel,
        "at": now,
        "reason": reason[:200],
    }
