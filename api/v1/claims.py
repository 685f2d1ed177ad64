"""Claims: an accident reported in two minutes, followed to the money."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Call, Key
from api.fields import Choice, Day, Fen, Id, In, Moment, Phone, Raw, Several, Text, Yes
from api.shapes import Out, OutList
from compliance.claims import selectors
from compliance.claims.contracts import InsurerLetter, PaperWanted, Step
from compliance.claims.errors import (
    CLAIM_AMOUNT,
    CLAIM_DECIDED_OTHERWISE,
    CLAIM_DECISION,
    CLAIM_EXISTS,
    CLAIM_FILES,
    CLAIM_MOMENT,
    CLAIM_NO_COVER,
    CLAIM_NO_PAPERS_WANTED,
    CLAIM_NOT_FOUND,
    CLAIM_NOT_YOURS_TO_WITHDRAW,
    CLAIM_PAID_OTHERWISE,
    CLAIM_PAPERS_WANTED,
    CLAIM_PAYMENT,
    CLAIM_WORK_NOT_FOUND,
)
from compliance.claims.rules import MAX_PICTURES
from compliance.claims.states import ClaimState
from compliance.claims.use_cases.close_claim import CLOSE, close_claim
from compliance.claims.use_cases.hand_in_papers import hand_in_papers
from compliance.claims.use_cases.read_claim import read_claim
from compliance.claims.use_cases.record_by_letter import SCOPE as LETTERS
from compliance.claims.use_cases.record_by_letter import record_by_letter
from compliance.claims.use_cases.withdraw_claim import withdraw_claim
from kernel.errors import INVALID_VALUE, NOT_FOUND, STALE_STATE, Refusal
from orders.contracts import ReportClaim
from orders.use_cases.find_work import find_work
from orders.use_cases.report_claim import report_claim
from tenants.county import CountyWork


class ClaimOut(Out):
    """A claim without anybody's words."""

    id = serializers.UUIDField()
    number = serializers.CharField(help_text="to be said on the phone")
    policy_id = serializers.UUIDField()
    certificate_number = serializers.CharField()
    insurer = serializers.CharField()
    layer = serializers.CharField()
    order_id = serializers.UUIDField()
    assignment_id = serializers.UUIDField()
    worker_id = serializers.UUIDField()
    employer_id = serializers.UUIDField()
    trade = serializers.CharField()
    on = serializers.DateField(help_text="the day worked")
    state = serializers.ChoiceField([state.value for state in ClaimState])
    injured = serializers.BooleanField()
    reporter = serializers.CharField(help_text="worker, employer, station or hall")
    channel = serializers.CharField()
    happened_at = serializers.DateTimeField()
    reported_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    insurer_reference = serializers.CharField()
    cover_fen = serializers.IntegerField(help_text="the most that the policy pays for all its claims")
    accepted_fen = serializers.IntegerField(allow_null=True)
    reason_code = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    paid_fen = serializers.IntegerField(allow_null=True)
    payment_reference = serializers.CharField()
    paid_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    due = serializers.CharField(allow_null=True, help_text="answer, decision or payment: the insurer's turn")
    due_at = serializers.DateTimeField(allow_null=True)
    overdue_since = serializers.DateTimeField(allow_null=True)


class ClaimFileOut(Out):
    """What the order knew when the accident was reported."""

    order_number = serializers.CharField()
    trade = serializers.CharField()
    title = serializers.CharField()
    address = serializers.CharField()
    day = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place_no = serializers.IntegerField()
    checked_in_at = serializers.DateTimeField(allow_null=True)
    checked_out_at = serializers.DateTimeField(allow_null=True)
    attendance_channel = serializers.CharField()
    policies = OutList(child=serializers.CharField(), help_text="certificate numbers in force at the time")


class ClaimDocumentOut(Out):
    file_id = serializers.UUIDField()
    role = serializers.CharField(help_text="picture or paper")
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    added_at = serializers.DateTimeField()
    added_by = serializers.CharField()


class PaperWantedOut(Out):
    code = serializers.CharField()
    note = serializers.CharField()


class PapersRequestOut(Out):
    papers = OutList(child=PaperWantedOut())
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class ClaimMoveOut(Out):
    at = serializers.DateTimeField()
    frm = serializers.CharField()
    to = serializers.CharField()
    channel = serializers.CharField()
    reason = serializers.CharField()


class ClaimDetailOut(Out):
    """A claim with the words of those concerned, its file and its timeline."""

    claim = ClaimOut()
    what = serializers.CharField()
    where = serializers.CharField()
    hospital = serializers.CharField()
    reason = serializers.CharField(help_text="the insurer's, in words")
    file = ClaimFileOut()
    documents = OutList(child=ClaimDocumentOut())
    requests = OutList(child=PapersRequestOut())
    timeline = OutList(child=ClaimMoveOut())


class ReportClaimIn(In):
    assignment_id = Id(help_text="the place where it happened; see claims/find-work")
    happened_at = Moment()
    what = Text(min_length=2, max_length=1000)
    where = Text(min_length=2, max_length=200)
    injured = Yes(help_text="false: only things were damaged, or it was a close call")
    hospital = Text(min_length=0, max_length=100, default="")
    pictures = Several(child=Id(), maximum=MAX_PICTURES, default=(), help_text="ids of uploaded files")


class ReportClaimAct(Act):
    """Report an accident at work: the worker, the employer's side, a station or the hall.

    The file is put together from the order, the attendance and the policies in force at that moment; one
    claim is opened a policy. Who reports an accident that is reported already hears its number.
    """

    tag = "claims"
    scope = "claims:report"
    takes = ReportClaimIn
    gives = ClaimOut
    listed = True
    status = 201
    key = Key.OPTIONAL
    refuses = (NOT_FOUND, CLAIM_NO_COVER, CLAIM_MOMENT, CLAIM_EXISTS, CLAIM_FILES)
    example = {
        "assignment_id": "0199f3c0-11d2-7b3c-9d5e-0a4f6f2b7c88",
        "happened_at": "2026-11-23T15:20:00+08:00",
        "what": "搬箱子时被叉车碰到左脚",
        "where": "分拣棚东侧",
        "injured": True,
        "pictures": [],
    }

    def act(self, work: CountyWork, call: Call) -> Any:
        values = {**call.data, "pictures": tuple(call.data["pictures"])}
        return report_claim(command=ReportClaim(**values), actor=call.who, now=work.now)


class FindWorkIn(In):
    phone = Phone()


class FoundWorkOut(Out):
    assignment_id = serializers.UUIDField()
    worker_name = serializers.CharField(help_text="masked")
    order_number = serializers.CharField()
    title = serializers.CharField()
    day = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    insurers = OutList(child=serializers.CharField())


class FindClaimWork(Act):
    """Find somebody's insured work of the last thirty days by phone number, to report an accident for one
    who has no smartphone. For halls and stations; every look is on record."""

    tag = "claims"
    in_closed = True
    scope = "claims:report"
    takes = FindWorkIn
    gives = FoundWorkOut
    listed = True
    refuses = (CLAIM_WORK_NOT_FOUND,)
    example = {"phone": "13905980001"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return find_work(phone=call.data["phone"], actor=call.who, now=work.now)


class ListClaims(Act):
    """The login's own claims, newest first: as worker, as employer, and those it reported."""

    tag = "claims"
    scope = "claims:report"
    asks = PageIn
    gives = ClaimOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Any:
        limit = call.query["limit"]
        return _page(selectors.own_claims(call.who, after=_after(call), limit=limit + 1), limit)


class CountyClaimsIn(PageIn):
    state = Choice([state.value for state in ClaimState], required=False)
    insurer = Text(max_length=40, required=False)
    trade = Text(max_length=40, required=False)
    first = Day(required=False, help_text="day of the report")
    last = Day(required=False)
    overdue = Yes(required=False)


class ListCountyClaims(Act):
    """All of the county's claims, newest first."""

    tag = "claims"
    scope = "claims:read"
    asks = CountyClaimsIn
    gives = ClaimOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Any:
        limit = call.query["limit"]
        narrow = {name: value for name, value in call.query.items() if name not in ("cursor", "limit")}
        return _page(selectors.county_claims(call.who, after=_after(call), limit=limit + 1, **narrow), limit)


class ReadClaim(Act):
    """One claim with its whole file, for its parties, halls, stations and insurance officers."""

    tag = "claims"
    gives = ClaimDetailOut
    refuses = (CLAIM_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return read_claim(claim_id=call.path["claim_id"], actor=call.who, now=work.now)


class _Verb(Act):
    tag = "claims"
    scope = "claims:report"
    gives = ClaimOut
    key = Key.OPTIONAL
    refuses: ClassVar[tuple[Refusal, ...]] = (CLAIM_NOT_FOUND, STALE_STATE)


class HandInPapersIn(In):
    files = Several(child=Id(), minimum=1, maximum=MAX_PICTURES, help_text="ids of uploaded files")


class HandInPapersAct(_Verb):
    """Hand in papers or pictures, asked for or not. Where the insurer waits for papers, its time for a
    decision goes on."""

    takes = HandInPapersIn
    refuses = (*_Verb.refuses, CLAIM_FILES, CLAIM_NO_PAPERS_WANTED)
    example = {"files": ["0199f3c0-11d2-7b3c-9d5e-0a4f6f2b7c88"]}

    def act(self, work: CountyWork, call: Call) -> Any:
        return hand_in_papers(
            claim_id=call.path["claim_id"], files=call.data["files"], actor=call.who, now=work.now
        )


class WithdrawClaimIn(In):
    reason = Choice(["mistake", "healed", "settled", "other"])


class WithdrawClaimAct(_Verb):
    """Take an undecided claim back. An employer takes back only what the employer's side reported."""

    takes = WithdrawClaimIn
    refuses = (*_Verb.refuses, CLAIM_NOT_YOURS_TO_WITHDRAW)
    example = {"reason": "mistake"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return withdraw_claim(
            claim_id=call.path["claim_id"], reason=call.data["reason"], actor=call.who, now=work.now
        )


class CloseClaimAct(_Verb):
    """Put a paid or refused claim away; after a month that happens by itself."""

    scope = CLOSE

    def act(self, work: CountyWork, call: Call) -> Any:
        return close_claim(claim_id=call.path["claim_id"], actor=call.who, now=work.now)


class PaperWantedIn(In):
    code = Raw(max_length=40)
    note = Text(min_length=0, max_length=200, default="")


class InsurerLetterIn(In):
    step = Choice([step.value for step in Step])
    reference = Raw(max_length=64, default="", help_text="the insurer's number; of a payment its voucher's")
    papers = Several(child=PaperWantedIn(), maximum=20, default=(), help_text="for papers_wanted")
    amount_fen = Fen(required=False, help_text="for accepted and paid")
    reason = Raw(max_length=40, default="", help_text="a short code, for rejected")
    reason_text = Text(min_length=0, max_length=500, default="")


class RecordInsurersLetter(_Verb):
    """Write down what an insurer answered on paper, for insurers that take no part in the partners' door.
    The same rules hold as there; who wrote it down is on record."""

    scope = LETTERS
    takes = InsurerLetterIn
    refuses = (
        *_Verb.refuses,
        CLAIM_PAPERS_WANTED,
        CLAIM_DECISION,
        CLAIM_AMOUNT,
        CLAIM_DECIDED_OTHERWISE,
        CLAIM_PAYMENT,
        CLAIM_PAID_OTHERWISE,
        INVALID_VALUE,
    )
    example = {"step": "accepted", "amount_fen": 123456, "reference": "MJ-C-2026-0042"}

    def act(self, work: CountyWork, call: Call) -> Any:
        letter = InsurerLetter(
            step=Step(call.data["step"]),
            reference=call.data["reference"],
            papers=tuple(PaperWanted(paper["code"], paper["note"]) for paper in call.data["papers"]),
            amount_fen=call.data["amount_fen"],
            reason=call.data["reason"],
            reason_text=call.data["reason_text"],
        )
        return record_by_letter(claim_id=call.path["claim_id"], letter=letter, actor=call.who, now=work.now)


class ClaimLineOut(Out):
    key = serializers.CharField()
    claims = serializers.IntegerField()
    accepted_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()


class DaysOut(Out):
    up_to_days = serializers.IntegerField(allow_null=True, help_text="null: longer than the one before")
    claims = serializers.IntegerField()


class ClaimStatisticsOut(Out):
    first = serializers.DateField()
    last = serializers.DateField()
    claims = serializers.IntegerField()
    decided = serializers.IntegerField()
    overdue = serializers.IntegerField(help_text="now")
    overdue_ever = serializers.IntegerField()
    accepted_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    by_state = OutList(child=ClaimLineOut())
    by_trade = OutList(child=ClaimLineOut())
    by_insurer = OutList(child=ClaimLineOut())
    days_to_decision = OutList(child=DaysOut())
    days_to_decision_p50 = serializers.IntegerField(allow_null=True)
    days_to_decision_p95 = serializers.IntegerField(allow_null=True)


class DaysIn(In):
    first = Day(help_text="day of the report")
    last = Day(help_text="included; at most a year later")


class ReadClaimStatistics(Act):
    """Counts and amounts by state, trade and insurer, overdue claims, and days to a decision."""

    tag = "claims"
    scope = "claims:read"
    asks = DaysIn
    gives = ClaimStatisticsOut
    refuses = (INVALID_VALUE,)

    def act(self, work: CountyWork, call: Call) -> Any:
        found = selectors.statistics(call.who, first=call.query["first"], last=call.query["last"])
        days = [
            {"up_to_days": bound if bound > 0 else None, "claims": claims}
            for bound, claims in found.days_to_decision.items()
        ]
        return {**{name: getattr(found, name) for name in found.__slots__}, "days_to_decision": days}


def _after(call: Call) -> UUID | None:
    return UUID(call.position) if call.position else None


def _page(rows: list[Any], limit: int) -> Page[Any]:
    return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)
