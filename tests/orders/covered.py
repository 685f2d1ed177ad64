"""Insurers, a program of basic cover and their answers, for the tests of who is covered in a place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from compliance.fund import selectors as fund
from compliance.fund import use_cases as funds
from compliance.fund.contracts import Target
from compliance.fund.verify import verify_fund
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.selectors import policy_view
from compliance.insurance.use_cases.record_answer import record_answer
from compliance.rates.contracts import Layer
from kernel.actor import Actor, Channel
from kernel.clock import business_day
from kernel.ids import uuid7
from ledger import selectors as ledger
from ledger.contracts import AccountKind, partner_account_id
from ledger.verify import verify_county
from orders.models import Assignment
from orders.use_cases.record_cover import record_cover
from tenants.contracts import CountyRef
from tests.compliance.insurance.world import Joined, World
from tests.orders import play

DAY = business_day(play.START)
TREASURER = Actor(uuid7(), frozenset({"fund:write"}), frozenset({"treasurer"}), Channel.API)


def aged(years: int, **changes: Any) -> play.Person:
    """A worker who has completed so many years on the day of work."""
    born = date(DAY.year - years, 1, 5)
    return play.worker(birth=f"{born:%Y%m%d}", **changes)


def joined(county: CountyRef) -> tuple[Joined, Joined]:
    """Top-up cover at 400 fen (533 for the oldest) and basic cover at 300, each of an insurer of its own."""
    world = World(county, {})
    top_up = world.join("sandbox", premium_fen=400)
    basic = world.join("sandbox", premium_fen=300, layer=Layer.BASIC)
    world.rank(top_up)
    world.rank(basic, layer=Layer.BASIC)
    return top_up, basic


@contextmanager
def program(budget_fen: int) -> Iterator[UUID]:
    """A program that pays basic cover until the budget is used up. Inside an open county."""
    money = {"target": Target.FUND, "amount_fen": budget_fen, "reference": str(uuid7())}
    funds.deposit(actor=TREASURER, now=play.NOW, **money)
    made = funds.start_program(
        name="零工基本保障",
        from_day=DAY - timedelta(days=3),
        to_day=DAY + timedelta(days=3),
        budget_fen=budget_fen,
        slice_fen=min(budget_fen, 300),
        actor=TREASURER,
        now=play.NOW,
    )
    try:
        yield made.id
    finally:
        funds.close_program(program_id=made.id, reason="test over", actor=TREASURER, now=play.NOW)


def spent(program_id: UUID) -> int:
    return fund.program_view(program_id).spent_fen


def place(assignment_id: UUID) -> Assignment:
    found: Assignment = Assignment.objects.get(id=assignment_id)
    return found


def issue(policy_id: UUID) -> None:
    """The insurer issues, and the order hears of it."""
    said(policy_id)
    heard(policy_id)


def refuse(policy_id: UUID) -> None:
    record_answer(policy_id=policy_id, answer=BindAnswer(Decision.REFUSED, reason="no"), now=play.NOW)
    heard(policy_id)


def said(policy_id: UUID) -> None:
    """The insurer issues; the news is still on its way."""
    paper = play.certificate(policy_id)
    answer = BindAnswer(
        Decision.ISSUED,
        certificate_number=f"T-{policy_id.hex}",
        certificate_sha256=hashlib.sha256(paper).hexdigest(),
        certificate=paper,
        premium_fen=policy_view(policy_id).premium_fen,
    )
    record_answer(policy_id=policy_id, answer=answer, now=play.NOW)


def heard(policy_id: UUID) -> bool:
    return record_cover(assignment_id=policy_view(policy_id).assignment_id, policy_id=policy_id, now=play.NOW)


def owed(insurer: str) -> int:
    """What the county owes the insurer."""
    view = ledger.account(AccountKind.PREMIUM_PAYABLE, partner_account_id(insurer))
    return view.balance_fen if view else 0


def check_books() -> None:
    assert verify_county().problems == []
    assert verify_fund() == []
