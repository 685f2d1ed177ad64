"""What crosses the border of the sign-off room: a month's figures, its versions, and how they differ."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson

from reporting.contracts import CountyFreshness
from reporting.signoff.states import VersionState
from tenants.contracts import CountyRef

Cell = tuple[str, str]
"""Metric and trade; the trade is empty for people of the whole county, who do not add up over trades."""

FORM = 1
"""Of the document that is signed. A new form gets a new number; old documents are read as they were."""


@dataclass(frozen=True)
class MonthFigures:
    """Everything additive of one county and month, by metric and trade, and the distinct people of each
    people's metric, by trade and altogether. Units are each metric's own (fen, places, seconds' buckets)."""

    county_id: UUID
    month: date
    sums: Mapping[Cell, int]
    people: Mapping[Cell, int]

    def document(self) -> dict[str, Any]:
        """What is signed, as plain values; zeros are left out, rows are in order."""
        return {
            "form": FORM,
            "county": str(self.county_id),
            "month": f"{self.month:%Y-%m}",
            "sums": [[*cell, value] for cell, value in sorted(self.sums.items()) if value],
            "people": [[*cell, value] for cell, value in sorted(self.people.items()) if value],
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the document as canonical JSON."""
        return digest_of(self.document())

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> MonthFigures:
        """The figures of a stored document."""
        return cls(
            county_id=UUID(document["county"]),
            month=date.fromisoformat(f"{document['month']}-01"),
            sums={(metric, trade): value for metric, trade, value in document["sums"]},
            people={(metric, trade): value for metric, trade, value in document["people"]},
        )


def digest_of(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not what it was. `trade` is empty for people of the whole county."""

    metric: str
    trade: str
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class Version:
    """One signature and what became of it. `changes` are against the version that was in force when it was
    signed; `intact` says that the stored document still has the digest that was signed. Moments are market
    time, `signed_by` and `decided_by` actor keys."""

    number: int
    state: VersionState
    figures: MonthFigures
    digest: str
    intact: bool
    reason: str
    signed_by: str
    signed_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str
    changes: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class SignedMonth:
    """A county's month with all its versions, oldest first. `difference` is what the figures say now against
    the version in force, else against the one that waits; empty for a month that nobody signed."""

    county: CountyRef
    month: date
    versions: tuple[Version, ...]
    now: MonthFigures
    freshness: CountyFreshness

    @property
    def latest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def in_force(self) -> Version | None:
        """The version that the city accepted and no later one has replaced."""
        return next((v for v in self.versions if v.state is VersionState.ACCEPTED), None)

    @property
    def waiting(self) -> Version | None:
        """The version that the city has yet to decide about."""
        return next((v for v in self.versions if v.state is VersionState.SIGNED), None)

    @property
    def difference(self) -> tuple[Difference, ...]:
        compared = self.in_force or self.waiting
        return differences(compared.figures, self.now) if compared else ()


class MonthState(StrEnum):
    """A month as a list shows it: OPEN was never signed, the rest is the state of its latest version."""

    OPEN = "open"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One county's month in a list. `in_force` and `latest` are numbers of versions, None without any."""

    county: CountyRef
    month: date
    state: MonthState
    latest: int | None
    in_force: int | None
    signed_at: datetime | None
    decided_at: datetime | None


def differences(was: MonthFigures, now: MonthFigures) -> tuple[Difference, ...]:
    """Every cell with another value, by metric and trade."""
    return tuple(
        Difference(*cell, before.get(cell, 0), after.get(cell, 0))
        for before, after in ((was.sums, now.sums), (was.people, now.people))
        for cell in sorted(before.keys() | after.keys())
        if before.get(cell, 0) != after.get(cell, 0)
    )
