"""What the running site does for the life of counties: its steps of operations, and winding down."""

from __future__ import annotations

from compliance.claims import obligations as claims
from compliance.insurance import obligations as insurance
from compliance.rates.selectors import tables
from kernel.models import OutboxMessage
from ledger import obligations as ledger
from linggong.seeds import seed_county
from orders import obligations as orders
from tenants import directory
from tenants.clock import market_now
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tenants.operations.carry_out import carry_out
from tenants.operations.contracts import Side, county_of
from tenants.operations.models import Operation
from tenants.operations.obligations import Obligation, left
from tenants.operations.use_cases import wind_down_county as winding_down
from tenants.policy.selectors import policy_on
from webhooks import obligations as webhooks


def _news() -> tuple[int, None]:
    return OutboxMessage.objects.count(), None


OBLIGATIONS: tuple[Obligation, ...] = (
    *orders.OBLIGATIONS,
    *ledger.OBLIGATIONS,
    *insurance.OBLIGATIONS,
    *claims.OBLIGATIONS,
    *webhooks.OBLIGATIONS,
    Obligation("news", "未处理的消息", "News not yet delivered, dead letters among it", _news),
)


def advance_operations() -> int:
    """Does the site's steps of every operation that waits for them; returns how many."""
    return carry_out(Side.SITE, {"seed": _seed, "check": _check})


def wind_down_county(county: CountyRef) -> int:
    """The timer behind successions; see `tenants.operations`."""
    return winding_down.wind_down_county(county, now=market_now())


def _seed(operation: Operation) -> None:
    """The first policy holds from the day of asking on, so that a county can be looked at before it opens.
    Safe to do twice."""
    wanted = county_of(operation.parameters)
    directory.forget()  # the owner's process has just written it
    seed_county(
        directory.by_slug(wanted.slug),
        min_wage_month_fen=wanted.min_wage_month_fen,
        min_wage_hour_fen=wanted.min_wage_hour_fen,
        since=min(wanted.opens_on, directory.today()),
        now=market_now(),
    )


def _check(operation: Operation) -> None:
    """Enters the county as its users will: rules and rates are there, and nothing else is."""
    wanted = county_of(operation.parameters)
    with run_in_county(wanted.slug):
        policy_on(wanted.opens_on)
        if not tables():
            raise RuntimeError("the county has no rate table")
        left()
