"""What lists of premiums, settlements and loss ratios read of one open county: policies by the day worked,
without anybody's name or worker. Everything returned is evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Min, Sum

from compliance.insurance.models import Policy

_COLUMNS: Final = (
    "id",
    "certificate_number",
    "insurer",
    "product",
    "layer",
    "payer",
    "order_id",
    "trade",
    "on",
    "state",
    "issued_at",
    "requested_at",
    "premium_fen",
    "refund_fen",
)


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One policy; `issued_at` is None of one that never was cover."""

    id: UUID
    certificate_number: str
    insurer: str
    product: str
    layer: str
    payer: str
    order_id: UUID
    trade: str
    on: date
    state: str
    issued_at: datetime | None
    requested_at: datetime
    premium_fen: int
    refund_fen: int


@dataclass(frozen=True, slots=True)
class TradeLine:
    """Issued policies of one trade: how many, of how many workers, and premiums less refunds."""

    trade: str
    policies: int
    people: int
    due_fen: int


def lines_between(insurer: str, first: date, last: date) -> list[PolicyLine]:
    """Every policy of the insurer for work that began on the days, in order of id. One query."""
    rows = Policy.objects.filter(insurer=insurer, on__gte=first, on__lte=last).order_by("id")
    return [PolicyLine(*row) for row in rows.values_list(*_COLUMNS)]


def lines_by_id(insurer: str, policy_ids: Iterable[UUID]) -> dict[UUID, PolicyLine]:
    """Those of these policies that are the insurer's. One query."""
    rows = Policy.objects.filter(insurer=insurer, id__in=list(policy_ids))
    return {row[0]: PolicyLine(*row) for row in rows.values_list(*_COLUMNS)}


def insurers_between(first: date, last: date) -> list[str]:
    """Codes of the insurers that were asked for cover of the days, in order."""
    rows = Policy.objects.filter(on__gte=first, on__lte=last)
    return list(rows.order_by("insurer").values_list("insurer", flat=True).distinct())


def trades_between(first: date, last: date, insurer: str | None = None) -> tuple[list[TradeLine], int]:
    """Issued policies of the days by trade, and how many distinct workers they cover in all."""
    rows: Any = Policy.objects.filter(on__gte=first, on__lte=last, issued_at__isnull=False)
    if insurer is not None:
        rows = rows.filter(insurer=insurer)
    grouped = (
        rows.values("trade")
        .annotate(
            policies=Count("id"),
            people=Count("worker_id", distinct=True),
            premiums=Sum("premium_fen"),
            refunds=Sum("refund_fen"),
        )
        .order_by("trade")
    )
    lines = [
        TradeLine(row["trade"], row["policies"], row["people"], int(row["premiums"]) - int(row["refunds"]))
        for row in grouped
    ]
    return lines, int(rows.aggregate(people=Count("worker_id", distinct=True))["people"])


def first_asked(insurer: str, first: date, last: date) -> datetime | None:
    """When the first of the insurer's policies for the days was asked for."""
    rows = Policy.objects.filter(insurer=insurer, on__gte=first, on__lte=last)
    moment: datetime | None = rows.aggregate(at=Min("requested_at"))["at"]
    return moment
