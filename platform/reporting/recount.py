"""Counting again from the facts, to prove the figures or to make them anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.clock import real_now
from reporting import city_store, consumers, store
from reporting.aggregate import DayKey, Sums
from tenants.county import CountyRef, run_in_county

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FigureCheck:
    """`problems` names the figures that differ from a full recount of the folded facts, at most 20 of
    `differing`; `waiting` facts are in neither."""

    county: str
    facts: int
    waiting: int
    figures: int
    differing: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.differing == 0


def check_county(county: CountyRef) -> FigureCheck:
    """Compares every rollup, month and person of the county with a recount. Folding waits meanwhile."""
    with run_in_county(county, login=store.FOLDER):
        store.own_county()
        counted, stored = _count(), store.stored(county.id)
        months = store.stored_months(county.id)
        waiting = store.backlog()
    problems = [
        f"{'/'.join(str(part) for part in key)}: stored {stored.rollups.get(key, 0)}, "
        f"counted {counted.rollups.get(key, 0)}"
        for key in sorted(counted.rollups.keys() | stored.rollups.keys())
        if counted.rollups.get(key, 0) != stored.rollups.get(key, 0)
    ]
    summed = counted.months()
    problems += [
        f"{month}/{trade}/{metric}: stored {months.get(key, 0)} for the month, counted {summed.get(key, 0)}"
        for key in sorted(summed.keys() | months.keys())
        for metric, month, trade in [key]
        if summed.get(key, 0) != months.get(key, 0)
    ]
    problems += [
        f"{day}/{trade}/{code}: a person is {'missing' if person in counted.people else 'too many'}"
        for person in sorted(counted.people ^ stored.people)
        for day, code, trade, _key in [person]
    ]
    return FigureCheck(
        county=county.slug,
        facts=counted.facts,
        waiting=waiting,
        figures=len(stored.rollups) + len(months) + len(stored.people),
        differing=len(problems),
        problems=tuple(problems[:_SHOWN]),
    )


def rebuild_county(county: CountyRef) -> int:
    """Makes the county's figures anew from its folded facts, after metrics were added; returns how many
    facts. The city's sums follow by the difference. Readers see the old figures until it commits."""
    with run_in_county(county, login=store.FOLDER):
        store.own_county()
        sums, before = _count(), store.stored(county.id)
        store.forget(county.id)
        store.add(county.id, sums)
        came = store.add_people(county.id, sums.people - before.people)
        gone = store.drop_people(county.id, before.people - sums.people)
        if not county.sandbox:
            changed = _difference(sums.days(), before.days()) | city_store.count_people(came, gone)
            city_store.append(changed)
        consumers.refill(county.id, store.folded_facts())
        store.note_freshness(county.id, sums, at=real_now())
        return sums.facts


def _difference(now: Mapping[DayKey, int], before: Mapping[DayKey, int]) -> dict[DayKey, int]:
    return {key: now.get(key, 0) - before.get(key, 0) for key in now.keys() | before.keys()}


def _count() -> Sums:
    sums = Sums()
    for fact in store.folded_facts():
        sums.add(fact)
    return sums
