"""Whose figures a county's facts are: of the county itself, or of the one that took over from it.

No row moves when counties merge. A fact keeps the county it was recorded in; here that county and the day say
for whom it counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from reporting.contracts import Boundaries
from tenants import directory
from tenants.contracts import CountyRef
from tenants.errors import COUNTY_UNKNOWN


@dataclass(frozen=True)
class Territory:
    """The counties that are asked for. `shown` may have rows, by code; `everyone` when none was left out
    by name. `heirs` says for each predecessor from which day on its facts count for whom, latest first.
    `real` are all counties but sandboxes."""

    real: tuple[CountyRef, ...]
    shown: tuple[CountyRef, ...]
    everyone: bool
    heirs: Mapping[UUID, tuple[tuple[date, UUID], ...]]
    sandboxes: tuple[UUID, ...]

    @cached_property
    def by_id(self) -> dict[UUID, CountyRef]:
        return {ref.id: ref for ref in self.shown}

    @cached_property
    def ids(self) -> list[UUID]:
        return [ref.id for ref in self.shown]

    @cached_property
    def _past(self) -> list[UUID]:
        """The predecessors whose facts may count for one of those shown."""
        if not self.heirs:
            return []
        shown = set(self.ids)
        return [
            past
            for past, steps in self.heirs.items()
            if past in shown or any(heir in shown for _, heir in steps)
        ]

    @cached_property
    def sources(self) -> list[UUID]:
        """Every county whose facts may count for one of those shown."""
        return list(dict.fromkeys([*self.ids, *self._past]))

    @cached_property
    def asked(self) -> list[CountyRef]:
        """Those whose freshness bears on the answer."""
        if self.everyone:
            return list(self.real)
        sources = set(self.sources)
        return [ref for ref in self.real if ref.id in sources]

    @cached_property
    def split(self) -> list[UUID]:
        """Those of the sources that change hands within a month: their months cannot be read whole."""
        return [past for past in self._past if any(day.day != 1 for day, _ in self.heirs[past])]

    @property
    def mapped(self) -> bool:
        """Whether any source counts for another county."""
        return bool(self._past)

    def owner(self, column: str) -> tuple[str, list[Any]]:
        """SQL for the county that a row counts for, by its county and the day or month in `column`."""
        cases, params = [], list[Any]()
        for past in self._past:
            for day, heir in self.heirs[past]:
                cases.append(f"WHEN county_id = %s AND {column} >= %s THEN %s")
                params += [past, day, heir]
        if not cases:
            return "county_id", []
        return f"CASE {' '.join(cases)} ELSE county_id END", params

    def page(self, counties: Collection[UUID]) -> Territory:
        """The same for some of the counties shown."""
        shown = tuple(ref for ref in self.shown if ref.id in counties)
        return replace(self, shown=shown, everyone=False)


def territory(slugs: Sequence[str] | None, boundaries: Boundaries) -> Territory:
    """Sandboxes are no counties of the city's. Raises `county_unknown`."""
    whole = _whole(boundaries)
    if slugs is None:
        return whole
    wanted = set(slugs)
    if wanted - {ref.slug for ref in whole.real}:
        raise COUNTY_UNKNOWN.error(field="counties")
    shown = tuple(ref for ref in whole.real if ref.slug in wanted)
    return replace(whole, shown=shown, everyone=False)


_drawn: dict[Boundaries, tuple[list[CountyRef], Territory]] = {}
"""The whole city as it was last drawn, with the counties it was drawn from: they change every few seconds at
most, and there may be very many."""


def _whole(boundaries: Boundaries) -> Territory:
    every = directory.all_counties(sandbox=True)
    known = _drawn.get(boundaries)
    if known is not None and known[0] == every:
        return known[1]
    real = tuple(ref for ref in every if not ref.sandbox)
    heirs = _heirs(real, boundaries)
    past = set(heirs) if boundaries is Boundaries.TODAY else set()
    drawn = Territory(
        real=real,
        shown=tuple(ref for ref in real if ref.id not in past) if past else real,
        everyone=True,
        heirs=heirs,
        sandboxes=tuple(ref.id for ref in every if ref.sandbox),
    )
    _drawn[boundaries] = every, drawn
    return drawn


def _heirs(
    counties: Sequence[CountyRef], boundaries: Boundaries
) -> dict[UUID, tuple[tuple[date, UUID], ...]]:
    """Follows successions of successors, too. A day never goes back to an earlier owner."""
    by_id = {ref.id: ref for ref in counties}
    found: dict[UUID, tuple[tuple[date, UUID], ...]] = {}
    for ref in counties:
        if ref.succeeded_by is None:
            continue
        steps: list[tuple[date, UUID]] = []
        at, since = ref, date.min
        while at.succeeded_by in by_id and at.succeeded_on is not None and len(steps) < len(by_id):
            since = max(since, at.succeeded_on)
            assert at.succeeded_by is not None
            steps.append((since, at.succeeded_by))
            at = by_id[at.succeeded_by]
        if not steps:
            continue
        if boundaries is Boundaries.TODAY:
            found[ref.id] = ((date.min, steps[-1][1]),)
        else:
            found[ref.id] = tuple(reversed(steps))
    return found
