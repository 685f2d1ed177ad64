"""What the city may see of one county's policies and connections: terms, states, moments and amounts.
Nobody's name, certificate or slip; of a connection no address and no key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from compliance.insurance.contracts import Payer
from compliance.insurance.models import Connection, Policy
from compliance.insurance.states import WAITING, ConnectionState, PolicyState
from compliance.rates.contracts import Layer
from kernel.actor import Actor
from kernel.sorting import Sorting, in_order

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class CityPolicy:
    """One person's cover for one place, without the person: `days` days from the day `on`. Amounts in
    fen; `replaces` is the earlier insurer's policy that this one stands in for."""

    id: UUID
    order_id: UUID
    insurer: str
    product: str
    layer: Layer
    payer: Payer
    trade: str
    on: date
    days: int
    level: str
    risk_class: int
    table_version_id: UUID
    table_version: int
    premium_fen: int
    employer_premium_fen: int
    refund_fen: int
    death_disability_cover_fen: int
    medical_cover_fen: int
    state: PolicyState
    refusal_reason: str
    replaces: UUID | None
    amending: bool
    requested_at: datetime
    issued_at: datetime | None
    covers_from: datetime | None
    covers_until: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class CityPolicies:
    """A page in the order asked for, newest first by itself; `more` says whether others follow."""

    rows: tuple[CityPolicy, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class CityConnection:
    """How the county stands with one insurer. `open_until` and `last_ok_at` are real time; `waiting` and
    `untold` count policies without an answer and cancellations not yet acknowledged."""

    insurer: str
    adapter: str
    encrypts: bool
    fallback_after_minutes: int | None
    state: ConnectionState
    failures: int
    open_until: datetime | None
    last_ok_at: datetime | None
    connected_at: datetime
    waiting: int
    untold: int


def policies_for_city(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    state: PolicyState | None = None,
    layer: Layer | None = None,
    insurer: str | None = None,
    trade: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    sorting: Sorting = Sorting.NEWEST,
    beyond: int | None = None,
) -> CityPolicies:
    """Policies of the open county whose first day is `from_day` to `to_day`, both included, in one query; by
    amount is by premium. `before` is the id of the last one of the page before, `beyond` its amount. Needs
    `city:drill`; the caller writes the audit row, since it knows the purpose."""
    actor.require("city:drill")
    wanted = in_order(Policy.objects.all(), sorting, amount="premium_fen", before=before, beyond=beyond)
    if state is not None:
        wanted = wanted.filter(state=state)
    if layer is not None:
        wanted = wanted.filter(layer=layer)
    if insurer is not None:
        wanted = wanted.filter(insurer=insurer)
    if trade is not None:
        wanted = wanted.filter(trade=trade)
    if from_day is not None:
        wanted = wanted.filter(on__gte=from_day)
    if to_day is not None:
        wanted = wanted.filter(on__lte=to_day)
    size = max(1, min(first, MAX_PAGE))
    found = list(wanted[: size + 1])
    return CityPolicies(rows=tuple(_policy(row) for row in found[:size]), more=len(found) > size)


def connections_for_city(*, actor: Actor) -> tuple[CityConnection, ...]:
    """The open county's connections by insurer, in two queries. Needs `city:read`."""
    actor.require("city:read")
    owed = {
        row["insurer"]: row
        for row in Policy.objects.filter(Q(state__in=sorted(WAITING)) | Q(next_tell_at__isnull=False))
        .order_by()
        .values("insurer")
        .annotate(
            waiting=Count("id", filter=Q(state__in=sorted(WAITING))),
            untold=Count("id", filter=Q(next_tell_at__isnull=False)),
        )
    }
    return tuple(
        CityConnection(
            insurer=row.insurer,
            adapter=row.adapter,
            encrypts=row.public_key is not None,
            fallback_after_minutes=row.fallback_after_minutes,
            state=ConnectionState(row.state),
            failures=row.failures,
            open_until=row.open_until,
            last_ok_at=row.last_ok_at,
            connected_at=row.connected_at,
            waiting=owed[row.insurer]["waiting"] if row.insurer in owed else 0,
            untold=owed[row.insurer]["untold"] if row.insurer in owed else 0,
        )
        for row in Connection.objects.order_by("insurer")
    )


def _policy(row: Policy) -> CityPolicy:
    return CityPolicy(
        id=row.id,
        order_id=row.order_id,
        insurer=row.insurer,
        product=row.product,
        layer=Layer(row.layer),
        payer=Payer(row.payer),
        trade=row.trade,
        on=row.on,
        days=row.days,
        level=row.level,
        risk_class=row.risk_class,
        table_version_id=row.table_version_id,
        table_version=row.table_version,
        premium_fen=row.premium_fen,
        employer_premium_fen=row.employer_premium_fen,
        refund_fen=row.refund_fen,
        death_disability_cover_fen=row.death_disability_cover_fen,
        medical_cover_fen=row.medical_cover_fen,
        state=PolicyState(row.state),
        refusal_reason=row.refusal_reason,
        replaces=row.replaces,
        amending=row.amending is not None,
        requested_at=row.requested_at,
        issued_at=row.issued_at,
        covers_from=row.covers_from,
        covers_until=row.covers_until,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
