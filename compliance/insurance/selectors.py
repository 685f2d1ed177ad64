"""Reads of one open county. Everything returned is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from compliance.insurance import rules
from compliance.insurance.contracts import CoverQuote, PolicyView, RateLine, RateTableView
from compliance.insurance.errors import CLASS_NOT_INSURABLE, RATE_TABLE_MISSING, TRADE_NOT_RATED
from compliance.insurance.models import OccupationClass, Policy, RateRow, RateTable
from compliance.insurance.states import LIVE, PolicyState, TableState
from kernel.errors import INVALID_VALUE, NOT_FOUND

MAX_HEADS = 10_000


# -- policies --------------------------------------------------------------------------------------


def policy_of(assignment_id: UUID) -> PolicyView | None:
    """The assignment's live policy, or else its newest one."""
    return policies_of([assignment_id]).get(assignment_id)


def policies_of(assignment_ids: Iterable[UUID]) -> dict[UUID, PolicyView]:
    """The same for many assignments in one query; those never insured are absent."""
    found: dict[UUID, PolicyView] = {}
    for row in Policy.objects.filter(assignment_id__in=list(assignment_ids)).order_by("requested_at", "id"):
        earlier = found.get(row.assignment_id)
        if earlier is None or earlier.state not in LIVE:
            found[row.assignment_id] = as_view(row)
    return found


def policy_view(policy_id: UUID) -> PolicyView:
    """Raises `not_found`."""
    row = Policy.objects.filter(id=policy_id).first()
    if row is None:
        raise NOT_FOUND.error(field="policy_id")
    return as_view(row)


def as_view(row: Policy) -> PolicyView:
    return PolicyView(
        id=row.id,
        assignment_id=row.assignment_id,
        order_id=row.order_id,
        worker_id=row.worker_id,
        trade=row.trade,
        on=row.on,
        table_version_id=row.table_id,
        risk_class=row.risk_class,
        premium_fen=row.premium_fen,
        death_disability_cover_fen=row.death_disability_cover_fen,
        medical_cover_fen=row.medical_cover_fen,
        state=PolicyState(row.state),
        certificate_number=row.certificate_number,
        refusal_reason=row.refusal_reason,
        refund_fen=row.refund_fen,
        requested_at=row.requested_at,
        bound_at=row.bound_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


# -- rates -----------------------------------------------------------------------------------------


def table_in_force(on: date) -> RateTable:
    """The published table of the latest effective date not after the day; of two for one date, the
    later version. Raises `rate_table_missing`."""
    table: RateTable | None = (
        RateTable.objects.filter(state=TableState.PUBLISHED, effective_from__lte=on)
        .order_by("-effective_from", "-version")
        .first()
    )
    if table is None:
        raise RATE_TABLE_MISSING.error(day=on.isoformat())
    return table


def replay_quote(*, table_version_id: UUID, trade: str, heads: int) -> CoverQuote:
    """What a published table quoted or would quote, whatever has superseded it since.

    Raises `not_found`, `trade_not_rated`, `class_not_insurable`, `invalid_value` for heads.
    """
    table = RateTable.objects.filter(id=table_version_id, state=TableState.PUBLISHED).first()
    if table is None:
        raise NOT_FOUND.error(field="table_version_id")
    return quote_from(table, trade=trade, heads=heads)


def quote_from(table: RateTable, *, trade: str, heads: int) -> CoverQuote:
    """The table's price for the trade; see `replay_quote` for refusals."""
    if type(heads) is not int or not 1 <= heads <= MAX_HEADS:
        raise INVALID_VALUE.error(field="heads", reason=f"1 to {MAX_HEADS}")
    occupation = OccupationClass.objects.filter(table=table, trade=trade).first()
    if occupation is None:
        raise TRADE_NOT_RATED.error(field="trade", trade=trade[:40])
    if occupation.risk_class == 0:
        raise CLASS_NOT_INSURABLE.error(field="trade", trade=trade[:40])
    rate = RateRow.objects.get(table=table, risk_class=occupation.risk_class)
    return CoverQuote(
        table_version_id=table.id,
        table_version=table.version,
        trade=trade,
        risk_class=rate.risk_class,
        heads=heads,
        premium_per_head_fen=rate.premium_fen,
        total_fen=rate.premium_fen * heads,
        death_disability_cover_fen=rate.death_disability_cover_fen,
        medical_cover_fen=rate.medical_cover_fen,
    )


def rate_tables() -> list[RateTableView]:
    """Every version, newest first, in three queries."""
    tables = list(RateTable.objects.select_related("product").order_by("-effective_from", "-version"))
    return _views(tables)


def rate_table(table_version_id: UUID) -> RateTableView:
    """Raises `not_found`."""
    tables = list(RateTable.objects.select_related("product").filter(id=table_version_id))
    if not tables:
        raise NOT_FOUND.error(field="table_version_id")
    return _views(tables)[0]


def _views(tables: list[RateTable]) -> list[RateTableView]:
    lines: dict[UUID, list[RateLine]] = {table.id: [] for table in tables}
    classes: dict[UUID, dict[str, int]] = {table.id: {} for table in tables}
    for row in RateRow.objects.filter(table__in=tables).order_by("risk_class"):
        lines[row.table_id].append(
            RateLine(row.risk_class, row.premium_fen, row.death_disability_cover_fen, row.medical_cover_fen)
        )
    for occupation in OccupationClass.objects.filter(table__in=tables).order_by("trade"):
        classes[occupation.table_id][occupation.trade] = occupation.risk_class
    return [_view(table, lines[table.id], classes[table.id]) for table in tables]


def _view(table: RateTable, lines: list[RateLine], classes: Mapping[str, int]) -> RateTableView:
    return RateTableView(
        id=table.id,
        product=table.product.code,
        version=table.version,
        effective_from=table.effective_from,
        state=TableState(table.state),
        source=table.source,
        lines=tuple(lines),
        classes=classes,
        intact=rules.table_digest(lines, classes) == table.digest,
    )
