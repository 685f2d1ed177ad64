"""What orders and insurers do becomes figures: by the real use cases, the insurer in the house and the
folder."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest

from compliance.insurance import asking
from compliance.insurance.models import Amendment
from compliance.insurance.selectors import policy_view
from orders.contracts import AddCoverDay, CancelOrder, Won
from orders.use_cases.add_cover_day import add_cover_day
from orders.use_cases.cancel_order import cancel_order
from reporting.contracts import Figures
from reporting.folder import fold_all
from reporting.recount import check_county
from reporting.selectors import city_report
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.orders import play


@pytest.fixture
def county(counties) -> CountyRef:
    return counties["datian"]


def figures(county: CountyRef) -> Figures:
    fold_all(county)
    return city_report(date(2026, 1, 1), date(2028, 12, 31), counties=[county.slug]).total


def grown(before: Figures, after: Figures) -> dict[str, int]:
    """What was added, of the figures of insurance."""
    was, now = asdict(before), asdict(after)
    about = [name for name in was if name.startswith(("polic", "premiums_", "fund_", "employer_", "basic_"))]
    return {name: now[name] - was[name] for name in about if now[name] != was[name]}


def covered(county: CountyRef) -> tuple[play.Person, Won]:
    """An insured place whose policy the insurer has issued."""
    with run_in_county(county):
        boss, who = play.employer(), play.worker()
        won = play.grab(who, play.publish(boss, insured=True).order_id)
    assert won.cover_id is not None
    asking.ask_policy(county, won.cover_id)
    return boss, won


def test_an_issued_policy_is_counted_with_its_premium(county):
    before = figures(county)
    _, won = covered(county)
    with run_in_county(county):
        policy = policy_view(won.cover_id)
    assert policy.in_force
    assert grown(before, figures(county)) == {
        "policies_issued": 1,
        "employer_premiums_fen": policy.premium_fen,
    }
    assert check_county(county).ok


def test_a_further_day_adds_to_the_premium(county):
    boss, won = covered(county)
    before = figures(county)
    with run_in_county(county) as work:
        view = add_cover_day(command=AddCoverDay(won.assignment_id), actor=boss.actor, now=work.now)
    assert view.extra_fen > 0
    assert grown(before, figures(county)) == {}, "asked for is not yet confirmed"
    asking.ask_amendment(county, view.id)
    with run_in_county(county):
        assert Amendment.objects.get(id=view.id).state == "issued"
    assert grown(before, figures(county)) == {"premiums_amended_fen": view.extra_fen}


def test_a_cancelled_policy_is_counted_with_what_comes_back(county):
    boss, won = covered(county)
    before = figures(county)
    with run_in_county(county) as work:
        policy = policy_view(won.cover_id)
        cancel_order(command=CancelOrder(policy.order_id), actor=boss.actor, now=work.now)
        refund_fen = policy_view(won.cover_id).refund_fen
    assert refund_fen > 0
    assert grown(before, figures(county)) == {"policies_cancelled": 1, "premiums_refunded_fen": refund_fen}


def test_a_refused_policy_is_no_premium(county):
    before = figures(county)
    with run_in_county(county):
        won = play.grab(play.worker(), play.publish(play.employer(), insured=True).order_id)
        play.bind(won, bound=False)
    assert grown(before, figures(county)) == {"policies_refused": 1}
    assert check_county(county).ok
