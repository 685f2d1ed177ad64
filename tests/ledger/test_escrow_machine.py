"""An order's escrow played at random against a model in Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kernel.ids import uuid7
from ledger import selectors, use_cases
from ledger.contracts import AccountKind, Line
from ledger.verify import verify_county
from tenants.county import CountyRef, run_in_county
from tests.ledger.bank import collector, figures, opened, refused

FEN = st.integers(1, 400)


@dataclass
class Held:
    fen: int
    to: str
    expires_at: datetime | None
    open: bool = True


class EscrowMachine(RuleBasedStateMachine):
    """The model: a balance an account, and the holds on the escrow. `county` is set by the test."""

    county: CountyRef
    holds = Bundle("holds")

    @initialize(fen=st.integers(0, 1_000))
    def open_accounts(self, fen: int) -> None:
        with run_in_county(self.county) as work:
            self.ids: dict[str, UUID] = {
                "employer": opened(work, AccountKind.EMPLOYER_WALLET, fen),
                "escrow": opened(work, AccountKind.ORDER_ESCROW),
                "worker": opened(work, AccountKind.WORKER_WALLET),
                "fee": collector(work, AccountKind.FEE_INCOME),
            }
            self.now = work.now
            self.fee_before = figures(self.ids["fee"])[0]
            order = selectors.account_by_id(self.ids["escrow"])
        assert order is not None
        assert order.owner_id is not None
        self.order: UUID = order.owner_id
        self.model = {"employer": fen, "escrow": 0, "worker": 0, "fee": 0}
        self.held: dict[UUID, Held] = {}

    @property
    def free(self) -> int:
        return self.model["escrow"] - sum(one.fen for one in self.held.values() if one.open)

    def attempt(self, expected: str | None, verb: Callable[[], object]) -> None:
        def act() -> None:
            with run_in_county(self.county):
                verb()

        assert refused(act) == expected

    def move(self, debit: str, credit: str, fen: int) -> None:
        available = self.free if debit == "escrow" else self.model[debit]
        line = Line(self.ids[debit], self.ids[credit], fen, "escrow", self.order)
        self.attempt(
            "insufficient_funds" if fen > available else None,
            lambda: use_cases.transfer(lines=[line], now=self.now),
        )
        if fen <= available:
            self.model[debit] -= fen
            self.model[credit] += fen

    @rule(fen=FEN)
    def fund(self, fen: int) -> None:
        self.move("employer", "escrow", fen)

    @rule(fen=FEN)
    def refund(self, fen: int) -> None:
        self.move("escrow", "employer", fen)

    @rule(fen=FEN)
    def charge(self, fen: int) -> None:
        self.move("escrow", "fee", fen)

    @rule(
        target=holds, fen=FEN, to=st.sampled_from(["worker", "fee"]), minutes=st.none() | st.integers(1, 90)
    )
    def hold(self, fen: int, to: str, minutes: int | None) -> UUID:
        expires_at = None if minutes is None else self.now + timedelta(minutes=minutes)
        made: list[UUID] = []
        self.attempt(
            "insufficient_funds" if fen > self.free else None,
            lambda: made.append(
                use_cases.hold(
                    debit=self.ids["escrow"],
                    credit=self.ids[to],
                    amount_fen=fen,
                    purpose="wage",
                    subject=self.order,
                    now=self.now,
                    expires_at=expires_at,
                )
            ),
        )
        if not made:
            return uuid7()
        self.held[made[0]] = Held(fen, to, expires_at)
        return made[0]

    @rule(hold_id=holds, share=st.integers(1, 120))
    def post(self, hold_id: UUID, share: int) -> None:
        one = self.held.get(hold_id)
        fen = max(1, one.fen * share // 100) if one else 1
        expected = self.why_not(one) or (
            "hold_expired" if self.expired(one) else "hold_exceeded" if one and fen > one.fen else None
        )
        self.attempt(expected, lambda: use_cases.post_hold(hold_id=hold_id, amount_fen=fen, now=self.now))
        if one and expected is None:
            one.open = False
            self.model["escrow"] -= fen
            self.model[one.to] += fen

    @rule(hold_id=holds, by_timer=st.booleans())
    def void(self, hold_id: UUID, by_timer: bool) -> None:
        one = self.held.get(hold_id)
        expected = self.why_not(one) or ("hold_not_expired" if by_timer and not self.expired(one) else None)
        self.attempt(
            expected, lambda: use_cases.void_hold(hold_id=hold_id, now=self.now, after_expiry=by_timer)
        )
        if one and expected is None:
            one.open = False

    @rule(minutes=st.integers(1, 60))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(limit=st.integers(1, 5))
    def fold(self, limit: int) -> None:
        with run_in_county(self.county):
            use_cases.fold_collectors(now=self.now, limit=limit)

    def why_not(self, one: Held | None) -> str | None:
        if one is None:
            return "hold_unknown"
        return None if one.open else "hold_resolved"

    def expired(self, one: Held | None) -> bool:
        return bool(one and one.expires_at and one.expires_at <= self.now)

    @invariant()
    def accounts_are_as_the_model_says(self) -> None:
        with run_in_county(self.county):
            stored = {name: figures(account) for name, account in self.ids.items()}
        fee, _ = stored.pop("fee")
        assert fee - self.fee_before == self.model["fee"]
        assert stored == {
            "employer": (self.model["employer"], 0),
            "escrow": (self.model["escrow"], self.model["escrow"] - self.free),
            "worker": (self.model["worker"], 0),
        }

    def teardown(self) -> None:
        with run_in_county(self.county):
            settled = [self.order] if self.model["escrow"] == 0 else []
            assert verify_county(settled).problems == []
            for account in self.ids.values():
                statement = selectors.statement(account, limit=200)
                if statement.next is None and account != self.ids["fee"]:
                    lines = statement.lines
                    assert figures(account) == (
                        sum(line.amount_fen for line in lines),
                        sum(line.held_fen for line in lines),
                    )


def test_the_escrow_never_differs_from_its_model(counties):
    machine = type("Machine", (EscrowMachine,), {"county": counties["jiangle"]})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
