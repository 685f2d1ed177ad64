"""People, money and time for the tests of orders. Everybody is made new; nothing is shared but the county."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fpdf import FPDF

from compliance.insurance import selectors as insurance
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.selectors import policy_view
from compliance.insurance.use_cases.record_answer import record_answer
from compliance.people.use_cases.register_employer import register_employer
from compliance.people.use_cases.register_worker import register_worker
from kernel.actor import Actor, Channel
from kernel.ids import uuid7
from ledger import selectors as ledger
from ledger.contracts import AccountKind, Line
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer
from orders.contracts import (
    CheckedIn,
    CheckedOut,
    CheckIn,
    CheckOut,
    Confirmed,
    ConfirmOrder,
    Correction,
    GrabOrder,
    OrderTerms,
    Pay,
    PayBasis,
    Published,
    PublishOrder,
    ShowStartCode,
    Won,
)
from orders.models import Order
from orders.use_cases.check_in import check_in
from orders.use_cases.check_out import check_out
from orders.use_cases.confirm_order import confirm_order
from orders.use_cases.grab_order import grab_order
from orders.use_cases.publish_order import publish_order
from orders.use_cases.record_cover import record_cover
from orders.use_cases.show_start_code import show_start_code

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, far from every other test's days
START = NOW + timedelta(days=2)
WORKER = frozenset(
    {"people:self", "orders:read", "orders:feed", "orders:grab", "orders:attend", "reviews:write"}
)
OWNER = frozenset(
    {
        "employers:self",
        "orders:read",
        "orders:quote",
        "orders:publish",
        "orders:cancel",
        "orders:confirm",
        "reviews:write",
    }
)
FOREMAN = frozenset({"orders:read", "orders:confirm"})
HALL = Actor(
    user_id=uuid7(),
    scopes=WORKER | OWNER | {"act_for", "people:register"},
    roles=frozenset({"hall_operator"}),
    channel=Channel.HALL,
)
_numbers = itertools.count(int.from_bytes(os.urandom(3), "big"))
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(birth: str | None = None) -> str:
    """A synthetic ID number that passes the checksum (GB 11643), new at every call.

    Unless `birth` says otherwise the holder is between 21 and 49: older people cost more to insure.
    """
    n = next(_numbers)
    day = birth or f"{1977 + n // 1000 % 28}{1 + n // 40_000 % 12:02d}{1 + n // 480_000 % 28:02d}"
    body = f"350428{day}{n % 1000:03d}"
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def phone() -> str:
    return f"139{next(_numbers) % 10**8:08d}"


@dataclass(frozen=True)
class Person:
    """A worker or an employer with the actor of the own login."""

    id: UUID
    actor: Actor


def worker(
    *,
    trades: Sequence[str] = ("sorting", "moving", "fruit_picking"),
    birth: str | None = None,
    at: datetime = NOW,
) -> Person:
    actor = Actor(uuid7(), WORKER, frozenset({"worker"}), Channel.APP)
    view = register_worker(
        actor=actor,
        name="赖小明",
        id_number=id_number(birth),
        phone=phone(),
        consent_version="2026-01",
        insurance_consent=True,
        can_do=trades,
        identity_id=actor.user_id,
        now=at,
    )
    return Person(view.id, actor)


def employer(*, fen: int = 100_000_00) -> Person:
    actor = Actor(uuid7(), OWNER, frozenset({"employer_owner"}), Channel.APP)
    view = register_employer(
        actor=actor,
        kind="person",
        contact_name="张三",
        phone=phone(),
        consent_version="2026-01",
        id_number=id_number(),
        identity_id=actor.user_id,
        now=NOW,
    )
    if fen:
        clearing = open_account(kind=AccountKind.CHANNEL_CLEARING, now=NOW)
        wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=view.id, now=NOW)
        transfer(lines=[Line(clearing, wallet, fen, "top_up", view.id)], now=NOW)
    return Person(view.id, actor)


HOURS = timedelta(hours=1)
LUMP = Pay(PayBasis.LUMP, 300_00)
TERMS = OrderTerms(
    trade="sorting",
    title="分拣脐橙",
    address="将乐县古镛镇",
    starts_at=START,
    ends_at=START + 8 * HOURS,
    headcount=1,
    pay=LUMP,
    insured=False,
)


def publish(boss: Person, *, now: datetime = NOW, **changes: Any) -> Published:
    command = PublishOrder(terms=replace(TERMS, **changes))
    return publish_order(command=command, actor=boss.actor, now=now)


def grab(who: Person, order_id: UUID, *, now: datetime = NOW) -> Won:
    return grab_order(command=GrabOrder(order_id), actor=who.actor, now=now)


def certificate(policy_id: UUID) -> bytes:
    """A PDF of one page."""
    page = FPDF()
    page.add_page()
    page.set_font("Helvetica")
    page.cell(text=str(policy_id))
    return bytes(page.output())


def bind(won: Won, *, bound: bool = True, now: datetime = NOW) -> None:
    """The insurer answers, and the news reaches the order."""
    assert won.cover_id is not None
    policy = policy_view(won.cover_id)
    paper = certificate(policy.id)
    issued = BindAnswer(
        Decision.ISSUED,
        certificate_number=f"T-{policy.id.hex}",
        certificate_sha256=hashlib.sha256(paper).hexdigest(),
        certificate=paper,
        premium_fen=policy.premium_fen,
    )
    refused = BindAnswer(Decision.REFUSED, reason="no")
    record_answer(policy_id=policy.id, answer=issued if bound else refused, now=now)
    record_cover(assignment_id=won.assignment_id, policy_id=won.cover_id, now=now)


def start(boss: Person, who: Person, won: Won, *, now: datetime = START) -> CheckedIn:
    shown = show_start_code(command=ShowStartCode(won.assignment_id), actor=boss.actor, now=now)
    done = check_in(command=CheckIn(won.assignment_id, shown.code), actor=who.actor, now=now)
    assert done.refused is None
    return done


def leave(
    who: Person, won: Won, *, now: datetime = START + 8 * HOURS, pieces: int | None = None
) -> CheckedOut:
    return check_out(command=CheckOut(won.assignment_id, pieces), actor=who.actor, now=now)


def confirm(
    boss: Person,
    order_id: UUID,
    *,
    now: datetime = START + 9 * HOURS,
    corrections: Iterable[tuple[UUID, int]] = (),
) -> Confirmed:
    listed = tuple(Correction(assignment_id, quantity) for assignment_id, quantity in corrections)
    return confirm_order(command=ConfirmOrder(order_id, listed), actor=boss.actor, now=now)


def fen(kind: AccountKind, owner_id: UUID | None = None) -> int:
    """An owner's account; of what the county collects, all accounts of the kind together."""
    if owner_id is None:
        return ledger.collected()[kind]
    view = ledger.account(kind, owner_id)
    return view.balance_fen if view else 0


def wallet(person: Person) -> int:
    """What the person's wallets hold, as worker and as employer."""
    return fen(AccountKind.WORKER_WALLET, person.id) + fen(AccountKind.EMPLOYER_WALLET, person.id)


def escrow(order_id: UUID) -> tuple[int, int]:
    """Balance and held fen of the order's escrow."""
    view = ledger.account(AccountKind.ORDER_ESCROW, order_id)
    assert view is not None
    return view.balance_fen, view.held_fen


def state(order_id: UUID) -> str:
    return str(Order.objects.values_list("state", flat=True).get(id=order_id))


def cover_state(assignment_id: UUID) -> str:
    policy = insurance.policy_of(assignment_id)
    return str(policy.state) if policy else "none"
