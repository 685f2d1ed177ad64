"""One wallet, many clients; one key, many copies."""

from __future__ import annotations

import random
import threading

import pytest

from kernel.actor import Actor, Channel
from kernel.errors import DomainError
from kernel.idempotency import run_once
from kernel.ids import uuid7
from ledger import use_cases
from ledger.contracts import AccountKind, Line
from ledger.models import Transfer
from ledger.verify import verify_county
from tenants.county import run_in_county
from tests.ledger.bank import figures, opened, race


@pytest.fixture
def county(counties):
    return counties["jiangle"]


def test_the_same_key_fifty_times_at_once_has_one_effect_a_hundred_rounds(county):
    copies, rounds = 50, 100
    actor = Actor(uuid7(), frozenset(), frozenset(), Channel.API)
    with run_in_county(county) as work:
        payer = opened(work, AccountKind.EMPLOYER_WALLET, 1_000_000)
        payee = opened(work, AccountKind.ORDER_ESCROW)
    meet = threading.Barrier(copies)

    def client(_):
        answers = []
        try:
            for number in range(rounds):
                meet.wait(120)
                with run_in_county(county) as work:

                    def effect(work=work, number=number):
                        line = Line(payer, payee, 1_000 + number, "escrow", uuid7())
                        (made,) = use_cases.transfer(lines=[line], now=work.now)
                        return 201, {"transfer": str(made)}

                    outcome = run_once(
                        actor=actor, key=f"round-{number}", request={"n": number}, now=work.now, effect=effect
                    )
                answers.append((outcome.status, outcome.body["transfer"], outcome.replayed))
        except BaseException:
            meet.abort()
            raise
        return answers

    for answers in zip(*race(copies, client), strict=True):
        assert len({(status, made) for status, made, _ in answers}) == 1
        assert [replayed for _, _, replayed in answers].count(False) == 1
    total = sum(1_000 + number for number in range(rounds))
    with run_in_county(county):
        assert Transfer.objects.filter(debit=payer).count() == rounds
        assert (figures(payer), figures(payee)) == ((1_000_000 - total, 0), (total, 0))


def test_thirty_two_clients_draining_one_wallet_never_overdraw_it(county):
    clients, tries, start = 32, 10_000, 300_000
    with run_in_county(county) as work:
        wallet = opened(work, AccountKind.WORKER_WALLET, start)
        sinks = [opened(work, AccountKind.EMPLOYER_WALLET) for _ in range(clients)]

    def drain(number):
        dice = random.Random(number)
        took, refusals, done = 0, 0, 0
        for _ in range(tries // clients + (number < tries % clients)):
            fen = dice.randint(1, 200)
            line = Line(wallet, sinks[number], fen, "wage", uuid7())
            try:
                with run_in_county(county) as work:
                    if dice.random() < 0.8:
                        use_cases.transfer(lines=[line], now=work.now)
                    else:
                        held = use_cases.hold(
                            debit=wallet,
                            credit=sinks[number],
                            amount_fen=fen,
                            purpose="wage",
                            subject=line.subject,
                            now=work.now,
                        )
                        use_cases.post_hold(hold_id=held, amount_fen=fen, now=work.now)
                took += fen
            except DomainError as refusal:
                refusals += (
                    refusal.code == "insufficient_funds" and 0 < refusal.params["shortfall_fen"] <= fen
                )
                done -= 1
            done += 1
        return took, refusals, done

    results = race(clients, drain)
    took, refusals, done = (sum(column) for column in zip(*results, strict=True))
    assert took <= start
    assert refusals + done == tries
    assert refusals > 1_000
    with run_in_county(county):
        assert figures(wallet) == (start - took, 0)
        assert [figures(sink)[0] for sink in sinks] == [fen for fen, _, _ in results]
        assert verify_county().problems == []
