"""Whether a worker may have the place that he was just the first to reach."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from compliance.certificates.selectors import missing_days
from compliance.people.contracts import WorkerView
from compliance.people.rules import check_working_age
from compliance.people.selectors import employer_view, insurance_consent
from kernel.clock import business_day
from orders.errors import (
    BARRED_BY_NO_SHOW,
    CERTIFICATE_MISSING,
    COVER_REFUSED_BEFORE,
    INSURANCE_CONSENT_MISSING,
    OWN_ORDER,
    TRADE_NOT_YOURS,
)
from orders.models import Assignment, Order
from orders.states import AssignmentState
from tenants.policy.selectors import policy_on


def check_eligible(order: Order, worker: WorkerView, *, now: datetime) -> None:
    """Raises the first reason against it. Runs after the race, so that losers cost nothing, and before
    the commit, so that a refusal gives the place back."""
    check_working_age(worker.birth_date, order.day, field="worker_id")
    if order.trade not in worker.can_do and order.trade not in worker.want_to_do:
        raise TRADE_NOT_YOURS.error(trade=order.trade)
    if order.certificate and missing_days(worker.id, order.certificate, order.day, order.day):
        raise CERTIFICATE_MISSING.error(certificate=order.certificate)
    if order.insured and not insurance_consent(worker.id):
        raise INSURANCE_CONSENT_MISSING.error()
    employer = employer_view(order.employer_id)
    if employer.person_key == worker.person_key or employer.duty_of(worker.identity_id) is not None:
        raise OWN_ORDER.error()
    _check_past(order, worker, now=now)


def _check_past(order: Order, worker: WorkerView, *, now: datetime) -> None:
    policy = policy_on(business_day(now))
    since = now - timedelta(days=policy.no_show_window_days)
    absent: list[datetime] = []
    past = Assignment.objects.filter(
        Q(state=AssignmentState.NO_SHOW, starts_at__gte=since)
        | Q(state=AssignmentState.WITHDRAWN, order=order, end_reason="cover_refused"),
        worker_id=worker.id,
    )
    for state, starts_at in past.order_by("starts_at").values_list("state", "starts_at"):
        if state == AssignmentState.WITHDRAWN:
            raise COVER_REFUSED_BEFORE.error()
        absent.append(starts_at)
    if len(absent) >= policy.no_show_limit:
        until = absent[-1] + timedelta(days=policy.no_show_days)
        if now < until:
            raise BARRED_BY_NO_SHOW.error(count=len(absent), until=until.isoformat())
