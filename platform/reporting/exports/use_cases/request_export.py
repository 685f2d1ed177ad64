from __future__ import annotations

from datetime import datetime

from kernel.actor import Actor
from reporting.exports import store
from reporting.exports.contracts import ExportKind, ExportOrder, ExportView
from reporting.exports.errors import EXPORT_QUOTA, TEMPLATE_UNKNOWN
from reporting.exports.models import ExportJob, ExportTemplate
from reporting.exports.rules import check_order
from reporting.exports.selectors import view
from reporting.exports.states import OPEN
from tenants import catalogue, directory

MAX_OPEN = 20
"""Jobs of one person that wait or run."""


def request_export(*, order: ExportOrder, actor: Actor, now: datetime) -> ExportView:
    """Puts an export in the queue; a worker makes it within seconds to minutes.

    Needs `exports:write`. Raises `forbidden`, what `rules.check_order` raises, `county_unknown`,
    `trade_unknown`, `export_template_unknown`, `export_quota`.
    """
    actor.require(store.WRITE)
    full = checked(order)
    with store.public_transaction():
        mine = ExportJob.objects.filter(requested_by=actor.key, state__in=sorted(OPEN))
        if mine.count() >= MAX_OPEN:
            raise EXPORT_QUOTA.error(most=MAX_OPEN)
        row = store.enqueue(full, requested_by=actor.key, at=now)
        store.record(row.pk, "requested", actor=actor, now=now, **full.plain())
        return view(row)


def checked(order: ExportOrder) -> ExportOrder:
    """The order with everything it names looked up."""
    full = check_order(order)
    for slug in full.counties or ():
        directory.by_slug(slug)
    for code in full.trades or ():
        catalogue.trade(code, field="trades")
    if full.kind is ExportKind.TEMPLATE:
        known = full.template is not None and ExportTemplate.objects.filter(pk=full.template, active=True)
        if not known:
            raise TEMPLATE_UNKNOWN.error(field="template")
    return full
