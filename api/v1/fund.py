"""The county's money for cover: programs of basic cover, the reserve, and who declined."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Call, Key
from api.fields import Choice, Day, Fen, In, Text, Yes
from api.shapes import Out, OutList
from compliance.fund import selectors, use_cases
from compliance.fund.contracts import Party, Target
from compliance.fund.errors import (
    BUDGET_SPENT,
    DEPOSIT_REFERENCE_USED,
    PROGRAM_DAYS,
    PROGRAM_NOT_FOUND,
    PROGRAM_OVERLAPS,
    RESERVE_DECLARED,
    RESERVE_NOT_DECLARED,
)
from compliance.fund.verify import verify_fund
from compliance.people.errors import EMPLOYER_DUTY, EMPLOYER_NOT_FOUND, WORKER_NOT_FOUND
from compliance.people.selectors import employer_for, worker_for
from kernel.errors import AMOUNT_INVALID, STALE_STATE, Refusal
from ledger.errors import INSUFFICIENT_FUNDS
from tenants.county import CountyWork
from tenants.errors import MAY_NOT_BEGIN

READ, WRITE = "ledger:read", "fund:write"


class CoverProgramOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()
    from_day = serializers.DateField()
    to_day = serializers.DateField(help_text="included")
    budget_fen = serializers.IntegerField()
    slice_fen = serializers.IntegerField(help_text="how much is set aside at a time for drawing")
    spent_fen = serializers.IntegerField(help_text="drawn and not given back")
    remaining_fen = serializers.IntegerField(help_text="what the budget still allows")
    state = serializers.CharField()
    started_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class CoverReserveOut(Out):
    document = serializers.CharField(help_text="the paper that declares it")
    declared_at = serializers.DateTimeField()
    balance_fen = serializers.IntegerField()


class CoverFundOut(Out):
    balance_fen = serializers.IntegerField(help_text="in the fund and in no slice")
    sliced_fen = serializers.IntegerField(help_text="set aside in the slices of all programs")
    programs = OutList(child=CoverProgramOut())
    reserve = CoverReserveOut(allow_null=True)


class _Fund(Act):
    tag = "fund"
    scope = WRITE


class ReadFund(_Fund):
    """The money for basic cover, its programs and the reserve."""

    scope = READ
    gives = CoverFundOut

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.fund()


class FundVerificationOut(Out):
    problems = OutList(child=serializers.CharField(), help_text="empty when every fen is explained")


class VerifyFund(_Fund):
    """Hold programs, slices and draws against the ledger. For the treasurer."""

    scope = "ledger:verify"
    gives = FundVerificationOut

    def act(self, work: CountyWork, call: Call) -> Any:
        return {"problems": verify_fund()}


# -- money in and out ------------------------------------------------------------------------------


class DepositOut(Out):
    id = serializers.UUIDField()
    target = serializers.CharField()
    amount_fen = serializers.IntegerField(help_text="below zero: paid back")
    reference = serializers.CharField()
    transfer_id = serializers.UUIDField()
    at = serializers.DateTimeField()


class DepositIn(In):
    target = Choice(choices=[target.value for target in Target], default="fund")
    amount_fen = Fen(help_text="fen; 1 yuan = 100")
    reference = Text(max_length=80, help_text="of the bank; taken once")


_DEPOSIT_EXAMPLE = {"target": "fund", "amount_fen": 20000000, "reference": "20261123-ZF-000817"}


class ListDeposits(_Fund):
    """Public money in and out, newest first."""

    scope = READ
    asks = PageIn
    gives = DepositOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        rows = selectors.deposits(after=after, limit=limit + 1)
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class DepositToFund(_Fund):
    """Record public money that the bank received, for basic cover or for the reserve."""

    takes = DepositIn
    gives = DepositOut
    status = 201
    key = Key.REQUIRED
    refuses = (DEPOSIT_REFERENCE_USED, RESERVE_NOT_DECLARED, AMOUNT_INVALID, *MAY_NOT_BEGIN)
    example = _DEPOSIT_EXAMPLE

    def act(self, work: CountyWork, call: Call) -> Any:
        data = {**call.data, "target": Target(call.data["target"])}
        return use_cases.deposit(actor=call.who, now=work.now, **data)


class PayBackFromFund(_Fund):
    """Record public money that went back to who gave it. What lies in slices is not in the fund."""

    takes = DepositIn
    gives = DepositOut
    status = 201
    key = Key.REQUIRED
    refuses = (DEPOSIT_REFERENCE_USED, RESERVE_NOT_DECLARED, AMOUNT_INVALID, INSUFFICIENT_FUNDS)
    example = _DEPOSIT_EXAMPLE

    def act(self, work: CountyWork, call: Call) -> Any:
        data = {**call.data, "target": Target(call.data["target"])}
        return use_cases.pay_back(actor=call.who, now=work.now, **data)


# -- programs --------------------------------------------------------------------------------------


class CoverProgramIn(In):
    name = Text(max_length=80)
    from_day = Day()
    to_day = Day(help_text="included")
    budget_fen = Fen()
    slice_fen = Fen(default=50_000, help_text="how much is set aside at a time for drawing")


class ListPrograms(_Fund):
    """All programs of basic cover, newest first."""

    scope = READ
    gives = CoverProgramOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.programs()


class ReadProgram(_Fund):
    """One program of basic cover."""

    scope = READ
    gives = CoverProgramOut
    refuses = (PROGRAM_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.program_view(call.path["program_id"])


class StartProgram(_Fund):
    """Open basic cover for a span of days with a budget. The money comes by deposit."""

    takes = CoverProgramIn
    gives = CoverProgramOut
    status = 201
    key = Key.OPTIONAL
    refuses = (PROGRAM_DAYS, PROGRAM_OVERLAPS, AMOUNT_INVALID, *MAY_NOT_BEGIN)
    example = {
        "name": "2027 年零工基本保障",
        "from_day": "2027-01-01",
        "to_day": "2027-12-31",
        "budget_fen": 20000000,
    }

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.start_program(actor=call.who, now=work.now, **call.data)


class BudgetIn(In):
    budget_fen = Fen()
    reason = Text(max_length=200)


class ChangeBudget(_Fund):
    """Set a program's budget; not below what was spent."""

    takes = BudgetIn
    gives = CoverProgramOut
    key = Key.OPTIONAL
    refuses = (PROGRAM_NOT_FOUND, BUDGET_SPENT, STALE_STATE, AMOUNT_INVALID)
    example = {"budget_fen": 25000000, "reason": "年中追加"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.change_budget(
            program_id=call.path["program_id"], actor=call.who, now=work.now, **call.data
        )


class FundReasonIn(In):
    reason = Text(max_length=200)


class CloseProgram(_Fund):
    """End a program: its slices go back to the fund, cover already paid for stays."""

    takes = FundReasonIn
    gives = CoverProgramOut
    key = Key.OPTIONAL
    refuses = (PROGRAM_NOT_FOUND, STALE_STATE)
    example = {"reason": "年度结束"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.close_program(
            program_id=call.path["program_id"], actor=call.who, now=work.now, **call.data
        )


# -- the reserve -----------------------------------------------------------------------------------


class ReserveIn(In):
    document = Text(max_length=200, help_text="the paper that decided it")


class DeclareReserve(_Fund):
    """Declare that the county pays what a dearer fallback insurer costs more."""

    takes = ReserveIn
    gives = CoverReserveOut
    status = 201
    key = Key.OPTIONAL
    refuses = (RESERVE_DECLARED,)
    example = {"document": "县人社〔2026〕12 号"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return use_cases.declare_reserve(actor=call.who, now=work.now, **call.data)


class WithdrawReserve(_Fund):
    """Take the declaration back: dearer fallbacks are waited for, not paid."""

    takes = FundReasonIn
    key = Key.OPTIONAL
    refuses = (RESERVE_NOT_DECLARED,)
    example = {"reason": "预算结束"}

    def act(self, work: CountyWork, call: Call) -> Any:
        use_cases.withdraw_reserve(actor=call.who, now=work.now, **call.data)


# -- declining -------------------------------------------------------------------------------------


class BasicCoverChoiceOut(Out):
    declined = serializers.BooleanField()
    reason = serializers.CharField()
    channel = serializers.CharField()
    at = serializers.DateTimeField()


class BasicCoverChoiceIn(In):
    declined = Yes(help_text="true: no basic cover from now on; false: take that back")
    reason = Text(max_length=200, min_length=0, default="")


class _Choices(Act):
    tag = "fund"
    party: ClassVar[Party]
    refuses: ClassVar[tuple[Refusal, ...]]

    def party_id(self, call: Call) -> UUID:
        raise NotImplementedError

    def listing(self, call: Call) -> Any:
        return selectors.choices(self.party, self.party_id(call))

    def choose(self, work: CountyWork, call: Call) -> Any:
        verb = use_cases.decline_basic_cover if call.data["declined"] else use_cases.accept_basic_cover
        return verb(
            party=self.party,
            party_id=self.party_id(call),
            actor=call.who,
            now=work.now,
            reason=call.data["reason"],
        )


class _WorkersChoices(_Choices):
    party = Party.WORKER
    scope = "people:self"
    refuses = (WORKER_NOT_FOUND,)

    def party_id(self, call: Call) -> UUID:
        return worker_for(call.who, call.path["worker_id"]).id


class _EmployersChoices(_Choices):
    party = Party.EMPLOYER
    scope = "employers:self"
    refuses = (EMPLOYER_NOT_FOUND, EMPLOYER_DUTY)

    def party_id(self, call: Call) -> UUID:
        return employer_for(call.who, call.path["employer_id"], "publish").id


class ListWorkersChoices(_WorkersChoices):
    """What a worker chose about basic cover, newest first."""

    gives = BasicCoverChoiceOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> Any:
        return self.listing(call)


class ChooseForWorker(_WorkersChoices):
    """Decline basic cover as a worker, or take that back."""

    takes = BasicCoverChoiceIn
    gives = BasicCoverChoiceOut
    status = 201
    key = Key.OPTIONAL
    example = {"declined": True, "reason": "已有商业保险"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return self.choose(work, call)


class ListEmployersChoices(_EmployersChoices):
    """What an employer chose about basic cover, newest first."""

    gives = BasicCoverChoiceOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> Any:
        return self.listing(call)


class ChooseForEmployer(_EmployersChoices):
    """Decline basic cover for all places of an employer, or take that back."""

    takes = BasicCoverChoiceIn
    gives = BasicCoverChoiceOut
    status = 201
    key = Key.OPTIONAL
    example = {"declined": True, "reason": "已投保雇主责任险"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return self.choose(work, call)
