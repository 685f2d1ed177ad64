"""A kept quote holds its price until it expires, and only for the cover it was given for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from compliance.rates import selectors as rates
from kernel.errors import DomainError
from orders.contracts import QuoteOrder
from orders.models import Order
from orders.use_cases.quote_order import quote_order
from tenants.county import run_in_county
from tests.orders import play
from tests.orders.play import NOW


@pytest.fixture
def county(counties):
    with run_in_county(counties["jiangle"]):
        yield


def quoted(boss, **changes):
    command = QuoteOrder(replace(play.TERMS, insured=True, **changes))
    return quote_order(command=command, actor=boss.actor, now=NOW)


def test_a_named_quote_prices_the_order_and_replays_to_the_fen(county):
    boss = play.employer()
    quote = quoted(boss)
    made = play.publish(boss, insured=True, cover_quote_id=quote.cover_quote_id)
    order = Order.objects.get(id=made.order_id)
    assert order.cover_quote_id == quote.cover_quote_id
    assert order.premium_fen == quote.premium_per_head_fen == 400
    assert rates.replay_equal(order.cover_quote_id)


def test_an_order_published_without_one_keeps_its_own(county):
    made = play.publish(play.employer(), insured=True)
    kept = Order.objects.get(id=made.order_id).cover_quote_id
    assert kept is not None
    assert rates.replay_equal(kept)
    assert Order.objects.get(id=play.publish(play.employer()).order_id).cover_quote_id is None


def test_an_expired_quote_is_refused(county):
    boss = play.employer()
    quote = quoted(boss)
    late = quote.cover_quote_expires_at + timedelta(seconds=1)
    with pytest.raises(DomainError) as refused:
        play.publish(boss, insured=True, cover_quote_id=quote.cover_quote_id, now=late)
    assert refused.value.code == "cover_quote_expired"
    assert refused.value.params["at"] == quote.cover_quote_expires_at.isoformat()


@pytest.mark.parametrize("change", [{"headcount": 2}, {"trade": "moving"}])
def test_a_quote_is_good_for_its_own_cover_only(county, change):
    boss = play.employer()
    quote = quoted(boss)
    with pytest.raises(DomainError) as refused:
        play.publish(boss, insured=True, cover_quote_id=quote.cover_quote_id, **change)
    assert refused.value.code == "cover_quote_other"
