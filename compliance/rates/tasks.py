"""Timers: one county, a bounded batch, safe to run twice and to be killed."""

from __future__ import annotations

from compliance.rates import store
from compliance.rates.models import RateTable
from compliance.rates.states import TableState
from kernel.actor import SYSTEM
from kernel.clock import business_day
from tenants.county import CountyRef, run_in_county


def supersede_tables(county: CountyRef) -> int:
    """Says of published versions that the date of a later one has come. Returns how many.

    A label for people: which version prices a day follows from dates alone, whether this runs or not.
    """
    with run_in_county(county) as work:
        today = business_day(work.now)
        later = list(
            RateTable.objects.filter(state=TableState.PUBLISHED, effective_from__lte=today)
            .order_by("product_id")
            .values_list("product_id", flat=True)
        )
        repeated = sorted({product for product in later if later.count(product) > 1})
        if not repeated:
            return 0
        store.one_at_a_time()
        return sum(store.supersede(product, today=today, actor=SYSTEM, now=work.now) for product in repeated)
