"""From an alert to its cases in one county. Which they are is planned from the alert outside the county;
carrying the plan out is left to whoever has opened it and knows the purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from orders import selectors_watch as orders
from orders.contracts import BASIS_CODES, PayBasis
from orders.selectors_watch import NO_CASES, CityCases
from reporting.watch.contracts import Rule
from reporting.watch.errors import CASES_OTHER_COUNTY
from reporting.watch.finders.late_payout import OVERDUE
from reporting.watch.finders.pay_norm import LOW
from reporting.watch.models import Alert
from reporting.watch.selectors import row
from tenants.contracts import CountyRef

Read = Callable[..., CityCases]
"""Reads a page in the open county; takes `actor`, `first` and `before`."""

_BASIS_OF: Final[Mapping[int, PayBasis]] = {code: basis for basis, code in BASIS_CODES.items()}


def plan(alert_id: UUID, county: CountyRef) -> Read:
    """How to read the alert's cases in a county. One query. Raises `alert_unknown`, `alert_other_county`."""
    alert = row(alert_id)
    if county.id not in (alert.county_id, alert.other_county_id):
        raise CASES_OTHER_COUNTY.error(field="alert")
    return _PLANS[Rule(alert.rule)](alert, county)


def _double_booking(alert: Alert, county: CountyRef) -> Read:
    subject = alert.subject if county.id == alert.county_id else alert.other_subject
    assert subject is not None
    return partial(orders.places_by_id, ids=[subject])


def _pay_norm(alert: Alert, _county: CountyRef) -> Read:
    numbers = alert.numbers
    side = "at_most_fen" if numbers["side"] == LOW else "above_fen"
    return partial(
        orders.orders_by_pay,
        trade=alert.trade,
        basis=_BASIS_OF[numbers["basis"]],
        **_days(alert),
        **{side: numbers["limit_fen"]},
    )


def _uninsured(alert: Alert, _county: CountyRef) -> Read:
    return partial(orders.orders_settled_uninsured, **_days(alert))


def _late_payout(alert: Alert, _county: CountyRef) -> Read:
    numbers = alert.numbers
    if numbers["kind"] == OVERDUE:
        return partial(orders.places_overdue, due_at=datetime.fromtimestamp(numbers["due_s"], UTC))
    return partial(orders.places_paid_slowly, **_days(alert), after_hours=numbers["norm_hours"])


def _idle_hall(_alert: Alert, _county: CountyRef) -> Read:
    """Nothing happened: there are none."""
    return lambda **_page: NO_CASES


def _days(alert: Alert) -> dict[str, Any]:
    days: dict[str, date] = {"first_day": alert.first, "last_day": alert.last}
    return days


_PLANS: Final[Mapping[Rule, Callable[[Alert, CountyRef], Read]]] = {
    Rule.DOUBLE_BOOKING: _double_booking,
    Rule.PAY_NORM: _pay_norm,
    Rule.UNINSURED: _uninsured,
    Rule.IDLE_HALL: _idle_hall,
    Rule.LATE_PAYOUT: _late_payout,
}
