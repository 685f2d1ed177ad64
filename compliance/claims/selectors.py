"""Reads of one open county. Everything returned is evaluated; lists carry nobody's words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When

from compliance.claims import access, documents, rules, store, vault
from compliance.claims.contracts import (
    ClaimDetail,
    ClaimDocument,
    ClaimLine,
    ClaimMove,
    ClaimStatistics,
    ClaimView,
    Due,
    PapersRequest,
    PaperWanted,
    Reporter,
)
from compliance.claims.errors import CLAIM_NOT_FOUND
from compliance.claims.models import Claim, Document, PapersAsked
from compliance.claims.states import CLAIM, LIVE, ClaimState
from compliance.people.selectors import employers_of, workers_of
from files.errors import FILE_NOT_FOUND
from files.selectors import file_view, file_views
from kernel.actor import Actor
from kernel.clock import day_bounds
from kernel.errors import INVALID_VALUE
from kernel.models import TransitionLog

MAX_DAYS = 366


# -- for other rooms -------------------------------------------------------------------------------


def live_claim_of(policy_id: UUID) -> ClaimView | None:
    """The policy's claim that is not yet paid, refused or withdrawn."""
    row = Claim.objects.filter(policy_id=policy_id, state__in=LIVE).first()
    return view_of(row) if row else None


def claims_of_policies(policy_ids: Iterable[UUID]) -> dict[UUID, tuple[ClaimView, ...]]:
    """Claims by policy, oldest first; policies without any are absent. One query."""
    found: dict[UUID, tuple[ClaimView, ...]] = {}
    for row in Claim.objects.filter(policy_id__in=list(policy_ids)).order_by("id"):
        found[row.policy_id] = (*found.get(row.policy_id, ()), view_of(row))
    return found


def claims_between(*, first: date, last: date, insurer: str | None = None) -> list[ClaimView]:
    """Every claim reported on the Shanghai days, decided or paid on them: what a list of those days
    shows. In order of id. One query."""
    since, until = day_bounds(first)[0], day_bounds(last)[1]
    rows = Claim.objects.filter(
        Q(reported_at__gte=since, reported_at__lt=until)
        | Q(decided_at__gte=since, decided_at__lt=until)
        | Q(paid_at__gte=since, paid_at__lt=until)
    )
    if insurer is not None:
        rows = rows.filter(insurer=insurer)
    return [view_of(row) for row in rows.order_by("id")]


# -- the insurer's side ----------------------------------------------------------------------------


def claims_of_insurer(
    insurer: str, *, state: str | None = None, after: UUID | None = None, limit: int = 50
) -> list[ClaimView]:
    """The insurer's own claims in order of id, from behind `after`."""
    rows = Claim.objects.filter(insurer=insurer).order_by("id")
    return [view_of(row) for row in _narrowed(rows, state=state, after=after)[:limit]]


def claim_of_insurer(insurer: str, claim_id: UUID) -> ClaimDetail:
    """One claim with its whole file, or `claim_not_found` for another insurer's."""
    row = Claim.objects.filter(id=claim_id, insurer=insurer).first()
    if row is None:
        raise CLAIM_NOT_FOUND.error(field="claim_id")
    return _detail(row)


def check_file_of_insurer(insurer: str, file_id: UUID) -> None:
    """Raises `file_not_found` unless the file belongs to a claim of this insurer."""
    if not Document.objects.filter(file_id=file_id, claim__insurer=insurer).exists():
        raise FILE_NOT_FOUND.error(field="file_id")


# -- the county's side -----------------------------------------------------------------------------


def claim_for(actor: Actor, claim_id: UUID) -> ClaimDetail:
    """One claim with its whole file for its parties, halls, stations and who may read all claims; for
    strangers it is `claim_not_found`."""
    row = Claim.objects.filter(id=claim_id).first()
    if row is None or not _may_see(actor, row):
        raise CLAIM_NOT_FOUND.error(field="claim_id")
    return _detail(row)


def check_may_read_file(actor: Actor, file_id: UUID) -> None:
    """A picture or paper may be read by who stored it and by who may see a claim that has it; else
    `file_not_found`."""
    if file_view(file_id).stored_by == actor.key:
        return
    claims = Claim.objects.filter(documents__file_id=file_id)
    if not any(_may_see(actor, claim) for claim in claims[: rules.MAX_DOCUMENTS]):
        raise FILE_NOT_FOUND.error(field="file_id")


def own_claims(actor: Actor, *, after: UUID | None = None, limit: int = 50) -> list[ClaimView]:
    """Claims of the login's workers and employers, and those it reported itself; newest first."""
    workers = [worker.id for worker in workers_of(actor)]
    employers = [employer.id for employer in employers_of(actor)]
    rows = Claim.objects.filter(
        Q(worker_id__in=workers) | Q(employer_id__in=employers) | Q(reported_by=actor.key)
    )
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [view_of(row) for row in rows.order_by("-id")[:limit]]


def county_claims(
    actor: Actor,
    *,
    state: str | None = None,
    insurer: str | None = None,
    trade: str | None = None,
    first: date | None = None,
    last: date | None = None,
    overdue: bool | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[ClaimView]:
    """All of the county's claims, newest first; `first` and `last` are Shanghai days of reporting. Needs
    `claims:read`."""
    actor.require(access.READ)
    rows = _narrowed(Claim.objects.all(), state=state)
    if insurer is not None:
        rows = rows.filter(insurer=insurer)
    if trade is not None:
        rows = rows.filter(trade=trade)
    if first is not None:
        rows = rows.filter(reported_at__gte=day_bounds(first)[0])
    if last is not None:
        rows = rows.filter(reported_at__lt=day_bounds(last)[1])
    if overdue is not None:
        rows = rows.filter(overdue_since__isnull=not overdue)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [view_of(row) for row in rows.order_by("-id")[:limit]]


def _narrowed(
    rows: QuerySet[Claim], *, state: str | None = None, after: UUID | None = None
) -> QuerySet[Claim]:
    if state is not None:
        rows = rows.filter(state=state)
    return rows if after is None else rows.filter(id__gt=after)


def _may_see(actor: Actor, claim: Claim) -> bool:
    if actor.has(access.READ):
        return True
    return access.side_of(actor, worker_id=claim.worker_id, employer_id=claim.employer_id) is not None


# -- statistics ------------------------------------------------------------------------------------


def statistics(actor: Actor, *, first: date, last: date) -> ClaimStatistics:
    """Counts and amounts of the claims reported on the Shanghai days. Needs `claims:read`. Raises
    `invalid_value` for an empty span or one of more than a year. Five queries."""
    actor.require(access.READ)
    return counted(first=first, last=last)


def counted(*, first: date, last: date) -> ClaimStatistics:
    """`statistics` for a caller who has been let in."""
    if not first <= last or (last - first).days >= MAX_DAYS:
        raise INVALID_VALUE.error(field="last", reason=f"1 to {MAX_DAYS} days")
    rows = Claim.objects.filter(
        reported_at__gte=day_bounds(first)[0], reported_at__lt=day_bounds(last)[1]
    ).order_by()
    totals = rows.aggregate(
        claims=Count("id"),
        overdue=Count("id", filter=Q(overdue_since__isnull=False)),
        overdue_ever=Count("id", filter=Q(overdue_times__gt=0)),
        accepted_fen=Sum("accepted_fen"),
        paid_fen=Sum("paid_fen"),
    )
    days = _days_to_decision(rows)
    return ClaimStatistics(
        first=first,
        last=last,
        claims=totals["claims"],
        decided=sum(days.values()),
        overdue=totals["overdue"],
        overdue_ever=totals["overdue_ever"],
        accepted_fen=int(totals["accepted_fen"] or 0),
        paid_fen=int(totals["paid_fen"] or 0),
        by_state=_lines(rows, "state"),
        by_trade=_lines(rows, "trade"),
        by_insurer=_lines(rows, "insurer"),
        days_to_decision=days,
        days_to_decision_p50=rules.quantile(days, 50),
        days_to_decision_p95=rules.quantile(days, 95),
    )


def _lines(rows: QuerySet[Claim], by: str) -> tuple[ClaimLine, ...]:
    found = rows.values(by).annotate(n=Count("id"), accepted=Sum("accepted_fen"), paid=Sum("paid_fen"))
    return tuple(
        ClaimLine(str(row[by]), row["n"], int(row["accepted"] or 0), int(row["paid"] or 0))
        for row in found.order_by(by)
    )


def _days_to_decision(rows: QuerySet[Claim]) -> dict[int, int]:
    """Decided claims by fixed buckets of whole days, so that a recount is exact."""
    buckets = [
        When(decided_at__lte=F("reported_at") + timedelta(days=days), then=Value(days))
        for days in rules.DECISION_DAYS
    ]
    found = (
        rows.filter(decided_at__isnull=False)
        .annotate(bucket=Case(*buckets, default=Value(rules.OPEN_BUCKET)))
        .values_list("bucket")
        .annotate(n=Count("id"))
    )
    return dict(found.order_by("bucket"))


# -- rows as views ---------------------------------------------------------------------------------


def view_of(row: Claim) -> ClaimView:
    return ClaimView(
        id=row.id,
        number=row.number,
        policy_id=row.policy_id,
        certificate_number=row.certificate_number,
        insurer=row.insurer,
        layer=row.layer,
        order_id=row.order_id,
        assignment_id=row.assignment_id,
        worker_id=row.worker_id,
        employer_id=row.employer_id,
        trade=row.trade,
        on=row.on,
        state=ClaimState(row.state),
        injured=row.injured,
        reporter=Reporter(row.reporter),
        channel=row.channel,
        happened_at=row.happened_at,
        reported_at=row.reported_at,
        acknowledged_at=row.acknowledged_at,
        insurer_reference=row.insurer_reference,
        cover_fen=row.cover_fen,
        accepted_fen=row.accepted_fen,
        reason_code=row.reason_code,
        decided_at=row.decided_at,
        paid_fen=row.paid_fen,
        payment_reference=row.payment_reference,
        paid_at=row.paid_at,
        ended_at=row.ended_at,
        due=Due(row.due) if row.due else None,
        due_at=row.due_at,
        overdue_since=row.overdue_since,
    )


def _detail(row: Claim) -> ClaimDetail:
    """The whole claim in four queries."""
    words = store.words_of(row)
    return ClaimDetail(
        claim=view_of(row),
        what=words["what"],
        where=words["where"],
        hospital=words["hospital"],
        reason=words["reason"],
        file=documents.file_from_json(row.file),
        documents=_documents(row),
        requests=tuple(
            _request(asked) for asked in PapersAsked.objects.filter(claim=row).order_by("asked_at", "id")
        ),
        timeline=tuple(
            ClaimMove(move.at, move.frm, move.to, move.channel, move.reason)
            for move in TransitionLog.objects.filter(subject=row.id, machine=CLAIM.name).order_by("at", "id")
        ),
    )


def _documents(row: Claim) -> tuple[ClaimDocument, ...]:
    kept: list[Any] = list(Document.objects.filter(claim=row).order_by("added_at", "id"))
    views = file_views(document.file_id for document in kept)
    return tuple(
        ClaimDocument(
            file_id=document.file_id,
            role=document.role,
            added_at=document.added_at,
            added_by=Reporter(document.added_by),
            media_type=views[document.file_id].media_type,
            size=views[document.file_id].size,
            sha256=views[document.file_id].sha256,
            name=views[document.file_id].name,
        )
        for document in kept
    )


def _request(asked: PapersAsked) -> PapersRequest:
    notes = vault.opened(asked.notes_sealed, place=vault.NOTES, row=asked.id)
    return PapersRequest(
        id=asked.id,
        papers=tuple(PaperWanted(code, note) for code, note in zip(asked.codes, notes, strict=True)),
        asked_at=asked.asked_at,
        answered_at=asked.answered_at,
    )
