"""Reads of one open county. Everything returned is evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from compliance.insurance import rules, store
from compliance.insurance.amendments import amendment_view
from compliance.insurance.contracts import (
    AmendmentView,
    ConnectionView,
    Coverage,
    Payer,
    PolicyView,
)
from compliance.insurance.errors import CERTIFICATE_NOT_ISSUED
from compliance.insurance.models import Amendment, Connection, Policy
from compliance.insurance.person import encrypted
from compliance.insurance.states import LIVE, WAITING, ConnectionState, PolicyState
from compliance.people.selectors import for_insurer, worker_views, workers_by_phone, workers_of
from compliance.rates.contracts import Layer, Starts
from files.selectors import read_file
from kernel.actor import Actor
from kernel.errors import NOT_FOUND
from tenants.partners.selectors import insurers

# -- policies --------------------------------------------------------------------------------------


def policies_of(assignment_ids: Iterable[UUID], *, layer: Layer = Layer.TOP_UP) -> dict[UUID, PolicyView]:
    """Of each place the live policy of the layer, or else its newest one, in one query; places never
    insured are absent."""
    found: dict[UUID, PolicyView] = {}
    rows = Policy.objects.filter(assignment_id__in=list(assignment_ids), layer=layer)
    for row in rows.order_by("requested_at", "id"):
        earlier = found.get(row.assignment_id)
        if earlier is None or earlier.state not in LIVE:
            found[row.assignment_id] = as_view(row)
    return found


def policy_of(assignment_id: UUID) -> PolicyView | None:
    """The place's live top-up policy, or else its newest one."""
    return policies_of([assignment_id]).get(assignment_id)


def covers_of(assignment_ids: Iterable[UUID]) -> dict[UUID, tuple[PolicyView, ...]]:
    """All live policies of each place, the employer's first; places without one are absent. One query."""
    found: dict[UUID, list[PolicyView]] = {}
    rows = Policy.objects.filter(assignment_id__in=list(assignment_ids), state__in=LIVE)
    for row in rows.order_by("-layer", "on", "id"):
        found.setdefault(row.assignment_id, []).append(as_view(row))
    return {assignment_id: tuple(views) for assignment_id, views in found.items()}


def newest_of(assignment_ids: Iterable[UUID]) -> dict[UUID, tuple[PolicyView, ...]]:
    """Of each place one policy a layer, the live one or else the newest; the employer's first. One query."""
    found: dict[UUID, dict[Layer, PolicyView]] = {}
    rows = Policy.objects.filter(assignment_id__in=list(assignment_ids))
    for row in rows.order_by("requested_at", "id"):
        layers = found.setdefault(row.assignment_id, {})
        earlier = layers.get(Layer(row.layer))
        if earlier is None or earlier.state not in LIVE:
            layers[Layer(row.layer)] = as_view(row)
    return {
        assignment_id: tuple(layers[layer] for layer in (Layer.TOP_UP, Layer.BASIC) if layer in layers)
        for assignment_id, layers in found.items()
    }


def policies_at(assignment_id: UUID, moment: datetime) -> tuple[PolicyView, ...]:
    """The place's policies, of all layers, under which the insurers bore the risk at the moment."""
    rows = Policy.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=moment),
        assignment_id=assignment_id,
        state__in=[PolicyState.ISSUED, PolicyState.ACTIVE, PolicyState.ENDED, PolicyState.EXPIRED],
        covers_from__lte=moment,
        covers_until__gt=moment,
        replacing=False,
    )
    return tuple(as_view(row) for row in rows.order_by("-layer", "id"))


def policy_view(policy_id: UUID) -> PolicyView:
    """Raises `not_found`."""
    row = Policy.objects.filter(id=policy_id).first()
    if row is None:
        raise NOT_FOUND.error(field="policy_id")
    return as_view(row)


def certificate(policy_id: UUID) -> tuple[str, bytes]:
    """The certificate's number and PDF. Raises `not_found`, `certificate_not_issued`."""
    view = policy_view(policy_id)
    if view.certificate_file_id is None:
        raise CERTIFICATE_NOT_ISSUED.error(field="policy_id")
    return view.certificate_number, read_file(view.certificate_file_id)


def amendments_of(policy_id: UUID) -> list[AmendmentView]:
    """Changes of a policy, oldest first."""
    return [amendment_view(row) for row in Amendment.objects.filter(policy=policy_id).order_by("number")]


def list_policies(
    *,
    insurer: str | None = None,
    state: PolicyState | None = None,
    on: date | None = None,
    order_id: UUID | None = None,
    worker_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[PolicyView]:
    """The county's policies, newest first, older than `after`."""
    rows = Policy.objects.order_by("-id")
    given = {"insurer": insurer, "state": state, "on": on, "order_id": order_id, "worker_id": worker_id}
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [as_view(row) for row in rows[:limit]]


def sold_between(insurer: str, first: date, last: date) -> list[PolicyView]:
    """An insurer's policies whose first day lies between the two days, both included, and which it ever
    issued, cancelled ones among them; by certificate."""
    rows = Policy.objects.filter(insurer=insurer, on__gte=first, on__lte=last, issued_at__isnull=False)
    return [as_view(row) for row in rows.order_by("certificate_number", "id")]


# -- for a partner ---------------------------------------------------------------------------------


def policy_of_insurer(insurer: str, policy_id: UUID) -> PolicyView:
    """The policy, if it is this insurer's. Raises `not_found`."""
    row = Policy.objects.filter(id=policy_id, insurer=insurer).first()
    if row is None:
        raise NOT_FOUND.error(field="policy_id")
    return as_view(row)


def person_for_insurer(insurer: str, policy_id: UUID, *, now: datetime) -> str:
    """The insured person encrypted to the insurer's key, made anew; empty without a recorded consent,
    once the policy is over, or where the connection has no key. Each is an audit row."""
    view = policy_of_insurer(insurer, policy_id)
    row = store.connection_of(insurer)
    if row.public_key is None or view.state not in LIVE:
        return ""
    person = for_insurer(view.worker_id, insurer=insurer, now=now)
    return "" if person is None else encrypted(person, policy_id=policy_id, key=row.public_key)


# -- connections -----------------------------------------------------------------------------------


def connections() -> list[ConnectionView]:
    """All, by insurer's code. Two queries."""
    counts = {
        row["insurer"]: row
        for row in Policy.objects.values("insurer").annotate(
            waiting=Count("id", filter=Q(state__in=WAITING)),
            untold=Count("id", filter=Q(next_tell_at__isnull=False)),
        )
    }
    return [_connection(row, counts.get(row.insurer, {})) for row in Connection.objects.order_by("insurer")]


def connection(insurer: str) -> ConnectionView:
    """Raises `connection_unknown`."""
    row = store.connection_of(insurer)
    counts = Policy.objects.filter(insurer=insurer).aggregate(
        waiting=Count("id", filter=Q(state__in=WAITING)),
        untold=Count("id", filter=Q(next_tell_at__isnull=False)),
    )
    return _connection(row, counts)


def _connection(row: Connection, counts: dict[str, int]) -> ConnectionView:
    return ConnectionView(
        insurer=row.insurer,
        adapter=row.adapter,
        base_url=row.base_url,
        has_public_key=row.public_key is not None,
        fallback_after_minutes=row.fallback_after_minutes,
        state=ConnectionState(row.state),
        failures=row.failures,
        open_until=row.open_until,
        last_error=row.last_error,
        last_ok_at=row.last_ok_at,
        connected_at=row.connected_at,
        waiting=counts.get("waiting", 0),
        untold=counts.get("untold", 0),
    )


# -- "am I covered today?" -------------------------------------------------------------------------


def coverage_by_slip(slip: str, *, now: datetime) -> list[Coverage]:
    """The policy of a slip, in a list; empty for a slip that was never given out."""
    plain = rules.read_slip(slip)
    rows = Policy.objects.filter(slip=plain) if plain else Policy.objects.none()
    return _coverage(rows, now=now)


def coverage_by_phone(actor: Actor, phone: str, *, now: datetime) -> list[Coverage]:
    """Policies of everybody who is registered with the number, for halls and stations; a phone may be
    shared. Raises `forbidden`, `phone_format`, `phone_not_mobile`."""
    return coverage_of([worker.id for worker in workers_by_phone(actor, phone)], now=now)


def own_coverage(actor: Actor, *, now: datetime) -> list[Coverage]:
    """Policies of the workers that the actor's login acts for."""
    return coverage_of([worker.id for worker in workers_of(actor)], now=now)


def coverage_of(worker_ids: Iterable[UUID], *, now: datetime) -> list[Coverage]:
    """These workers' policies that are not over, soonest first: at most 50."""
    rows = Policy.objects.filter(
        worker_id__in=list(worker_ids), covers_until__gt=now, state__in=LIVE - {PolicyState.ENDED}
    )
    return _coverage(rows.order_by("on", "id")[:50], now=now)


def _coverage(rows: Iterable[Policy], *, now: datetime) -> list[Coverage]:
    views = [as_view(row) for row in rows]
    names = worker_views([view.worker_id for view in views])
    known = insurers()
    return [
        Coverage(
            covered=view.in_force
            and view.covers_from is not None
            and view.covers_from <= now < view.covers_until,
            worker_name=names[view.worker_id].name_masked,
            insurer=view.insurer,
            insurer_name=known[view.insurer].name if view.insurer in known else view.insurer,
            layer=view.layer,
            state=view.state,
            certificate_number=view.certificate_number,
            slip=view.slip,
            trade=view.trade,
            covers_from=view.covers_from,
            covers_until=view.covers_until,
            death_disability_cover_fen=view.death_disability_cover_fen,
            medical_cover_fen=view.medical_cover_fen,
        )
        for view in views
    ]


def as_view(row: Policy) -> PolicyView:
    return PolicyView(
        id=row.id,
        assignment_id=row.assignment_id,
        order_id=row.order_id,
        worker_id=row.worker_id,
        trade=row.trade,
        on=row.on,
        days=row.days,
        insurer=row.insurer,
        product=row.product,
        layer=Layer(row.layer),
        payer=Payer(row.payer),
        starts=Starts(row.starts),
        table_version_id=row.table_version_id,
        table_version=row.table_version,
        level=row.level,
        heads=row.heads,
        risk_class=row.risk_class,
        premium_fen=row.premium_fen,
        employer_premium_fen=row.employer_premium_fen,
        death_disability_cover_fen=row.death_disability_cover_fen,
        medical_cover_fen=row.medical_cover_fen,
        state=PolicyState(row.state),
        certificate_number=row.certificate_number,
        certificate_file_id=row.certificate_file_id,
        certificate_sha256=row.certificate_sha256,
        refusal_reason=row.refusal_reason,
        refund_fen=row.refund_fen,
        slip=row.slip,
        replaces=row.replaces,
        amending=row.amending is not None,
        requested_at=row.requested_at,
        issued_at=row.issued_at,
        covers_from=row.covers_from,
        covers_until=row.covers_until,
        started_at=row.started_at,
        ended_at=row.ended_at,
        replacing=row.replacing,
    )
