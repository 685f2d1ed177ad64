"""An insurer of a test's own with a month of policies in one county, and the money that belongs to them."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from compliance.bordereau.contracts import StatementRow
from compliance.claims import vault
from compliance.claims.models import Claim
from compliance.insurance.models import Policy
from kernel.actor import Actor, Channel
from kernel.ids import uuid7
from ledger.contracts import AccountKind, Line, partner_account_id
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer

MONTH, LAST = date(2027, 3, 1), date(2027, 3, 31)
WORKED = datetime(2027, 2, 20, 1, 0, tzinfo=UTC)  # policies are asked for and paid before the month
NOW = datetime(2027, 4, 2, 1, 0, tzinfo=UTC)
SETTLE = frozenset({"bordereaux:read", "bordereaux:settle", "fund:write"})


def treasurer() -> Actor:
    return Actor(uuid7(), SETTLE, frozenset({"treasurer"}), Channel.API)


def machine(insurer: str) -> Actor:
    return Actor(
        None,
        frozenset({"partner:read", "partner:write"}),
        frozenset({"insurer"}),
        Channel.API,
        client_id=f"client-{insurer}",
        partner=insurer,
    )


@dataclass
class Book:
    """What the insurer sold. Everything happens in the open county."""

    insurer: str = field(default_factory=lambda: f"t{secrets.token_hex(5)}")
    rows: list[Policy] = field(default_factory=list)

    @property
    def account(self) -> UUID:
        return open_account(
            kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(self.insurer), now=WORKED
        )

    def sell(self, **changes: Any) -> Policy:
        """A policy, paid for and refunded as it says unless `money` is false."""
        number = len(self.rows)
        money = changes.pop("money", True)
        issued = changes.pop("issued", True)
        row = Policy.objects.create(
            **{
                "assignment_id": uuid7(),
                "order_id": uuid7(),
                "worker_id": uuid7(),
                "trade": ("sorting", "moving", "fruit_picking")[number % 3],
                "on": MONTH + timedelta(days=number % 31),
                "days": 1,
                "insurer": self.insurer,
                "product": f"{self.insurer}_job",
                "layer": "top_up",
                "payer": "employer",
                "starts": "at_once",
                "table_version_id": uuid7(),
                "table_version": 1,
                "level": "standard",
                "heads": 1,
                "risk_class": 2,
                "premium_fen": 300 + number,
                "employer_premium_fen": 0,
                "death_disability_cover_fen": 60_000_000,
                "medical_cover_fen": 1_000_000,
                "state": "ended" if issued else "timed_out",
                "certificate_number": f"{self.insurer}-{number:05d}" if issued else "",
                "slip": secrets.token_hex(6).upper(),
                "requested_at": WORKED,
                "issued_at": WORKED if issued else None,
                "covers_until": WORKED + timedelta(days=40),
            }
            | changes
        )
        self.rows.append(row)
        if money and issued:
            self.paid(row.id, row.premium_fen)
            if row.refund_fen:
                self.refunded(row.id, row.refund_fen)
        return row

    def paid(self, subject: UUID, fen: int, *, purpose: str = "premium", at: datetime = WORKED) -> None:
        clearing = open_account(kind=AccountKind.CHANNEL_CLEARING, now=at)
        transfer(lines=[Line(clearing, self.account, fen, purpose, subject)], now=at)

    def refunded(
        self, subject: UUID, fen: int, *, purpose: str = "premium_refund", at: datetime = WORKED
    ) -> None:
        clearing = open_account(kind=AccountKind.CHANNEL_CLEARING, now=at)
        transfer(lines=[Line(self.account, clearing, fen, purpose, subject)], now=at)

    def month(self, size: int) -> None:
        """Days worked, with refunds, no-shows and policies never issued among them."""
        for number in range(size):
            premium = 300 + len(self.rows)
            if number % 9 == 4:
                self.sell(state="cancelled", refund_fen=premium)
            elif number % 31 == 7:
                self.sell(state="expired", refund_fen=premium // 2)
            elif number % 23 == 11:
                self.sell(issued=False)
            else:
                self.sell()

    def claim(self, row: Policy, **changes: Any) -> Claim:
        claim_id = uuid7()
        words = {"what": "", "where": "", "hospital": "", "reason": ""}
        made: Claim = Claim.objects.create(
            **{
                "id": claim_id,
                "number": f"C{secrets.randbelow(10**6):06d}-{secrets.token_hex(3).upper()}",
                "policy_id": row.id,
                "certificate_number": row.certificate_number,
                "insurer": self.insurer,
                "layer": row.layer,
                "order_id": row.order_id,
                "assignment_id": row.assignment_id,
                "worker_id": row.worker_id,
                "employer_id": uuid7(),
                "trade": row.trade,
                "on": row.on,
                "cover_fen": 61_000_000,
                "state": "paid",
                "injured": True,
                "happened_at": datetime(2027, 3, 5, 3, 0, tzinfo=UTC),
                "words_sealed": vault.sealed(words, place=vault.WORDS, row=claim_id),
                "file": {},
                "reporter": "worker",
                "reported_by": "test",
                "channel": "app",
                "reported_at": datetime(2027, 3, 5, 4, 0, tzinfo=UTC),
                "accepted_fen": 5_000,
                "paid_fen": 5_000,
                "decided_at": datetime(2027, 3, 9, 4, 0, tzinfo=UTC),
                "decide_by": datetime(2027, 4, 9, 4, 0, tzinfo=UTC),
            }
            | changes
        )
        return made

    def statement(self) -> list[StatementRow]:
        """What the insurer, who is right about everything, would send."""
        issued = [row for row in self.rows if row.issued_at is not None]
        return [
            StatementRow(line, row.id, row.certificate_number, row.premium_fen, row.refund_fen, row.on)
            for line, row in enumerate(issued, start=2)
        ]


def as_csv(rows: list[StatementRow]) -> bytes:
    lines = ["policy_id,certificate_number,premium_fen,refund_fen,on"]
    lines += [
        f"{row.policy_id},{row.certificate_number},{row.premium_fen},{row.refund_fen},{row.on}"
        for row in rows
    ]
    return "\n".join(lines).encode()


def shuffled(rows: list[Any], seed: int) -> list[Any]:
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    return mixed
