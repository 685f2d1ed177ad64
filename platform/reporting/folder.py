"""Folding facts into rollups, one county at a time."""

from __future__ import annotations

from kernel.clock import real_now
from reporting import city_store, consumers, store
from reporting.aggregate import Sums
from tenants.county import CountyRef, run_in_county


def fold_county(county: CountyRef, limit: int = 1000) -> int:
    """Folds up to `limit` waiting facts and returns how many.

    The queue rows, the sums and the freshness change in one transaction: a folder that is killed has
    done nothing, one that runs twice or beside another counts nothing twice. No watermark is kept, as
    neither ids nor times follow commit order. Returns 0 while the county is being recounted.
    """
    at = real_now()  # before the look: what was committed until now is taken, or counted as waiting
    with run_in_county(county, login=store.FOLDER):
        if not store.share_county():
            return 0
        sums = Sums()
        facts = list(store.take_facts(limit))
        for fact in facts:
            sums.add(fact)
        keep(county, sums)
        consumers.hand_over(county.id, facts)
        store.note_freshness(county.id, sums, at=at)
        return sums.facts


def fold_all(county: CountyRef, limit: int = 1000) -> int:
    """Folds until nothing that was waiting is left; returns how many facts."""
    total = 0
    while folded := fold_county(county, limit):
        total += folded
        if folded < limit:
            break
    return total


def keep(county: CountyRef, sums: Sums) -> None:
    """Adds the sums to the county's figures and, unless it is a sandbox, to the city's."""
    store.add(county.id, sums)
    came = store.add_people(county.id, sums.people)
    if not county.sandbox:
        city_store.append(sums.days() | city_store.count_people(came))
