"""Lists of premiums and claims, insurers' statements, months three ways, settlements, the loss ratio."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Answer, Call, Key, Upload
from api.fields import Choice, Day, In, Raw, Refused, Text
from api.rendering import Binary
from api.shapes import Out, OutList
from compliance.bordereau import access, lists, rules, selectors, use_cases
from compliance.bordereau.contracts import ListFormat
from compliance.bordereau.errors import (
    LIST_NOT_FOUND,
    MONTH_INVALID,
    SETTLEMENT_DIFFERS,
    SETTLEMENT_EXISTS,
    SETTLEMENT_MOVED,
    SETTLEMENT_NOT_FOUND,
    SETTLEMENT_OWN,
    SPAN_INVALID,
    SPAN_NOT_OVER,
    STATEMENT_INVALID,
    StatementFaults,
)
from files import selectors as kept
from files.contracts import FileKind
from files.deposit import deposit
from files.errors import (
    FILE_ACTIVE,
    FILE_DAMAGED,
    FILE_EMPTY,
    FILE_NAME,
    FILE_QUOTA,
    FILE_STORAGE_UNAVAILABLE,
    FILE_TOO_LARGE,
    FILE_TYPE,
)
from files.rules import BOUNDS
from kernel.errors import STALE_STATE, Refusal
from tenants.county import CountyWork, run_in_county
from tenants.partners.errors import INSURER_UNKNOWN
from tenants.partners.selectors import insurer as known_insurer

_FORMAT = Choice(choices=[form.value for form in ListFormat], default=ListFormat.CSV.value)
_INSURER = "code of the insurer"


def _insurer(code: str) -> str:
    """The code of an insurer there is, or `insurer_unknown`."""
    return known_insurer(code).code


class _Lists(Act):
    tag = "bordereaux"
    scope = access.READ


# -- lists -----------------------------------------------------------------------------------------


class BordereauTotalsOut(Out):
    policies = serializers.IntegerField(help_text="issued")
    premium_fen = serializers.IntegerField()
    refund_fen = serializers.IntegerField()
    due_fen = serializers.IntegerField(help_text="premiums less refunds")
    claims = serializers.IntegerField()
    accepted_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()


class BordereauOut(Out):
    id = serializers.UUIDField()
    insurer = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    csv_sha256 = serializers.CharField()
    xlsx_sha256 = serializers.CharField()
    totals = BordereauTotalsOut()
    issued_at = serializers.DateTimeField()


def _issued(one: Any) -> dict[str, Any]:
    names = ("id", "insurer", "first", "last", "totals", "issued_at")
    digests = {f"{form.value}_sha256": one.digests[form] for form in ListFormat}
    return {**{name: getattr(one, name) for name in names}, **digests}


class BordereauSpanIn(In):
    insurer = Raw(max_length=40, help_text=_INSURER)
    first = Day()
    last = Day(help_text="included")


class BordereauPageIn(PageIn):
    insurer = Raw(max_length=40, required=False, help_text=_INSURER)


class ListBordereaux(_Lists):
    """Lists that were given out, newest first."""

    asks = BordereauPageIn
    gives = BordereauOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        rows = selectors.issued_lists(call.who, call.query.get("insurer"), after=after, limit=limit + 1)
        shown = [_issued(row) for row in rows[:limit]]
        return Page(shown, str(rows[limit - 1].id) if len(rows) > limit else None)


class IssueBordereau(_Lists):
    """Give out the list of closed days, once and for good, as CSV and XLSX. Again: the same one."""

    takes = BordereauSpanIn
    gives = BordereauOut
    status = 201
    key = Key.OPTIONAL
    refuses = (SPAN_INVALID, SPAN_NOT_OVER, INSURER_UNKNOWN, FILE_QUOTA, FILE_STORAGE_UNAVAILABLE)
    example = {"insurer": "minjiang", "first": "2026-11-01", "last": "2026-11-30"}

    def act(self, work: CountyWork, call: Call) -> Any:
        data = {**call.data, "insurer": _insurer(call.data["insurer"])}
        return _issued(use_cases.issue_list(actor=call.who, now=work.now, **data))


class ReadBordereau(_Lists):
    """One list that was given out."""

    gives = BordereauOut
    refuses = (LIST_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return _issued(selectors.issued_list(call.who, call.path["list_id"]))


class BordereauFormatIn(In):
    format = _FORMAT


class DownloadBordereau(_Lists):
    """The file as it was given out."""

    asks = BordereauFormatIn
    serves = tuple(lists.MEDIA_TYPES.values())
    refuses = (LIST_NOT_FOUND, FILE_DAMAGED, FILE_STORAGE_UNAVAILABLE)

    def perform(self, call: Call) -> Answer:
        """The bytes are fetched when the county's transaction is over."""
        with run_in_county(call.county):
            issued = selectors.issued_list(call.who, call.path["list_id"])
            found = kept.kept_file(issued.files[ListFormat(call.query["format"])])
        view = found.view
        return Answer(200, Binary(kept.fetch(found), view.media_type, view.name, view.sha256))


class BordereauDraftIn(BordereauSpanIn):
    format = _FORMAT


class DownloadBordereauDraft(_Lists):
    """The list of any days as it stands now, not stored."""

    asks = BordereauDraftIn
    serves = tuple(lists.MEDIA_TYPES.values())
    refuses = (SPAN_INVALID, INSURER_UNKNOWN)

    def act(self, work: CountyWork, call: Call) -> Any:
        insurer, form = _insurer(call.query["insurer"]), ListFormat(call.query["format"])
        first, last = call.query["first"], call.query["last"]
        content = lists.write(selectors.build(insurer, first, last), form)
        name = lists.file_name(insurer, first, last, form)
        return Binary(content, lists.MEDIA_TYPES[form], name, hashlib.sha256(content).hexdigest())


class ReadBordereauTotals(_Lists):
    """What the list of any days adds up to now."""

    asks = BordereauSpanIn
    gives = BordereauTotalsOut
    refuses = (SPAN_INVALID, INSURER_UNKNOWN)

    def act(self, work: CountyWork, call: Call) -> Any:
        insurer = _insurer(call.query["insurer"])
        return selectors.build(insurer, call.query["first"], call.query["last"]).totals


# -- statements ------------------------------------------------------------------------------------


class StatementOut(Out):
    id = serializers.UUIDField()
    insurer = serializers.CharField()
    month = serializers.DateField(help_text="its first day")
    sha256 = serializers.CharField()
    rows = serializers.IntegerField()
    received_at = serializers.DateTimeField()


class ListStatements(_Lists):
    """Insurers' statements as received, newest first; the newest of a month counts."""

    asks = BordereauPageIn
    gives = StatementOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        asked = call.query.get("insurer")
        rows = selectors.received_statements(call.who, asked, after=after, limit=limit + 1)
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class StatementIn(In):
    insurer = Raw(max_length=40, help_text=_INSURER)
    month = Raw(max_length=10, help_text="as 2026-11")
    name = Raw(max_length=200, help_text="file name, without a path")


class UploadStatement(_Lists):
    """Take in an insurer's own account of a month, CSV or XLSX; every wrong cell is named.

    The first line names the columns: policy_id, certificate_number, premium_fen, refund_fen, and `on` if
    there is one; others are left alone.
    """

    scope = access.SETTLE
    asks = StatementIn
    gives = StatementOut
    status = 201
    key = Key.OPTIONAL
    uploads = Upload(BOUNDS[FileKind.BORDEREAU].types, BOUNDS[FileKind.BORDEREAU].max_bytes)
    refuses = (
        STATEMENT_INVALID,
        MONTH_INVALID,
        INSURER_UNKNOWN,
        FILE_ACTIVE,
        FILE_DAMAGED,
        FILE_EMPTY,
        FILE_NAME,
        FILE_QUOTA,
        FILE_STORAGE_UNAVAILABLE,
        FILE_TOO_LARGE,
        FILE_TYPE,
    )

    def before(self, call: Call) -> Any:
        with run_in_county(call.county) as work:
            kept.check_quota(call.who, now=work.now)
        return deposit(
            schema=call.county.schema_name,
            kind=FileKind.BORDEREAU,
            name=call.query["name"],
            content=call.content,
        )

    def act(self, work: CountyWork, call: Call) -> Any:
        with each_cell_told():
            return use_cases.receive_statement(
                insurer=_insurer(call.query["insurer"]),
                month=rules.parse_month(call.query["month"]),
                name=call.query["name"],
                content=call.content,
                deposited=call.prepared,
                actor=call.who,
                now=work.now,
            )


@contextmanager
def each_cell_told() -> Iterator[None]:
    """Every fault of a statement becomes a refusal of its own, so that all are shown at once."""
    try:
        yield
    except StatementFaults as refusal:
        raise Refused(refusal.each()) from None


# -- three ways ------------------------------------------------------------------------------------


class DifferenceOut(Out):
    kind = serializers.CharField()
    policy_id = serializers.UUIDField(help_text="or what a stray movement names")
    certificate_number = serializers.CharField()
    ours_fen = serializers.IntegerField(allow_null=True)
    ledger_fen = serializers.IntegerField(allow_null=True)
    theirs_fen = serializers.IntegerField(allow_null=True)
    zh = serializers.CharField()
    en = serializers.CharField()


class ReconciliationOut(Out):
    insurer = serializers.CharField()
    month = serializers.DateField()
    policies = serializers.IntegerField()
    ours_fen = serializers.IntegerField(help_text="by policies")
    ledger_fen = serializers.IntegerField(help_text="by transfers")
    theirs_fen = serializers.IntegerField(allow_null=True, help_text="by the insurer's statement")
    statement_id = serializers.UUIDField(allow_null=True)
    differences = OutList(child=DifferenceOut())


class MonthIn(In):
    insurer = Raw(max_length=40, help_text=_INSURER)
    month = Raw(max_length=10, help_text="as 2026-11")


class ReadReconciliation(_Lists):
    """A month three ways: policies, the ledger, and the insurer's newest statement."""

    asks = MonthIn
    gives = ReconciliationOut
    refuses = (MONTH_INVALID, INSURER_UNKNOWN)

    def act(self, work: CountyWork, call: Call) -> Any:
        month = rules.parse_month(call.query["month"])
        return selectors.reconcile_newest(_insurer(call.query["insurer"]), month)


# -- settlements -----------------------------------------------------------------------------------


class SettlementOut(Out):
    id = serializers.UUIDField()
    insurer = serializers.CharField()
    month = serializers.DateField()
    state = serializers.CharField()
    amount_fen = serializers.IntegerField(allow_null=True, help_text="below zero: the insurer pays back")
    differences = serializers.IntegerField(allow_null=True, help_text="accepted with the reason")
    accepted_reason = serializers.CharField()
    drafted_at = serializers.DateTimeField()
    reconciled_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    payment_reference = serializers.CharField()
    transfer_id = serializers.UUIDField(allow_null=True)


class ListSettlements(_Lists):
    """Settlements with insurers, newest first."""

    asks = BordereauPageIn
    gives = SettlementOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        rows = selectors.settlements(insurer=call.query.get("insurer"), after=after, limit=limit + 1)
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class ReadSettlement(_Lists):
    """One settlement."""

    gives = SettlementOut
    refuses = (SETTLEMENT_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.settlement(call.path["settlement_id"])


class ListAcceptedDifferences(_Lists):
    """What differed when a settlement was reconciled."""

    gives = DifferenceOut
    listed = True
    refuses = (SETTLEMENT_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.accepted_differences(call.path["settlement_id"])


class DraftSettlement(_Lists):
    """Open the settlement of a month that is over."""

    scope = access.SETTLE
    takes = MonthIn
    gives = SettlementOut
    status = 201
    key = Key.OPTIONAL
    refuses = (MONTH_INVALID, SPAN_NOT_OVER, SETTLEMENT_EXISTS, INSURER_UNKNOWN)
    example = {"insurer": "minjiang", "month": "2026-11"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.draft_settlement(
            insurer=_insurer(call.data["insurer"]),
            month=rules.parse_month(call.data["month"]),
            actor=call.who,
            now=work.now,
        )


class _Settle(_Lists):
    scope = access.SETTLE
    gives = SettlementOut
    key = Key.OPTIONAL
    refuses: ClassVar[tuple[Refusal, ...]] = (SETTLEMENT_NOT_FOUND, STALE_STATE)


class AcceptIn(In):
    accept_reason = Text(max_length=200, min_length=0, default="", help_text="why differences are accepted")


class ReconcileSettlement(_Settle):
    """Compare the month three ways and fix the amount; differences need a reason."""

    takes = AcceptIn
    refuses = (*_Settle.refuses, SETTLEMENT_DIFFERS)
    example = {"accept_reason": "差异已与保险公司书面确认"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.reconcile_settlement(
            settlement_id=call.path["settlement_id"], actor=call.who, now=work.now, **call.data
        )


class ApproveSettlement(_Settle):
    """Let the amount be paid, as a second person."""

    refuses = (*_Settle.refuses, SETTLEMENT_OWN)

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.approve_settlement(
            settlement_id=call.path["settlement_id"], actor=call.who, now=work.now
        )


class PaymentIn(In):
    reference = Text(max_length=80, help_text="of the bank")


class PaySettlement(_Settle):
    """Record that the bank has paid the insurer."""

    takes = PaymentIn
    key = Key.REQUIRED
    refuses = (*_Settle.refuses, SETTLEMENT_MOVED)
    example = {"reference": "20261203-BF-000031"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.pay_settlement(
            settlement_id=call.path["settlement_id"], actor=call.who, now=work.now, **call.data
        )


class WithdrawalReasonIn(In):
    reason = Text(max_length=200)


class WithdrawSettlement(_Settle):
    """Drop a settlement that was not paid."""

    takes = WithdrawalReasonIn
    example = {"reason": "等待保险公司更正对账单"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.withdraw_settlement(
            settlement_id=call.path["settlement_id"], actor=call.who, now=work.now, **call.data
        )


# -- loss ratio ------------------------------------------------------------------------------------


class LossCellOut(Out):
    trade = serializers.CharField(help_text="empty: all trades")
    policies = serializers.IntegerField(allow_null=True)
    premium_fen = serializers.IntegerField(allow_null=True, help_text="less refunds")
    claims_fen = serializers.IntegerField(allow_null=True, help_text="accepted, paid or not")
    permille = serializers.IntegerField(allow_null=True, help_text="claims over premiums, by 1,000")
    masked = serializers.BooleanField(
        help_text="too few policies or people, or it would give such a cell away"
    )


class LossRatioOut(Out):
    first = serializers.DateField()
    last = serializers.DateField()
    insurer = serializers.CharField(allow_null=True)
    cells = OutList(child=LossCellOut())
    total = LossCellOut()
    masked_trades = serializers.IntegerField()


class LossRatioIn(In):
    from_month = Raw(max_length=10, help_text="as 2026-01")
    to_month = Raw(max_length=10, help_text="included")
    insurer = Raw(max_length=40, required=False, help_text=_INSURER)


class ReadLossRatio(_Lists):
    """Claims over premiums by trade, of whole months, by the day worked. Small cells are hidden."""

    asks = LossRatioIn
    gives = LossRatioOut
    refuses = (MONTH_INVALID, SPAN_INVALID, INSURER_UNKNOWN)

    def act(self, work: CountyWork, call: Call) -> Any:
        first = rules.parse_month(call.query["from_month"], field="from_month")
        last = rules.last_of(rules.parse_month(call.query["to_month"], field="to_month"))
        asked = call.query.get("insurer")
        return selectors.loss_ratio(first, last, _insurer(asked) if asked is not None else None)
