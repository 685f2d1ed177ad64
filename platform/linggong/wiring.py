"""Who hears which news, and what runs by the clock. The only place that maps an event to handlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.bordereau.tasks import issue_lists
from compliance.claims.tasks import watch_deadlines
from compliance.insurance.handlers import on_cover_amending, on_cover_requested
from compliance.insurance.tasks import ask_insurers, close_covers, fall_back_covers, tell_insurers
from compliance.rates.tasks import supersede_tables
from files.tasks import sweep_orphans
from ledger.handlers import send_top_up, send_withdrawal
from ledger.tasks import fold_collectors, retry_channel_requests, void_expired_holds
from linggong.county_life import advance_operations, wind_down_county
from linggong.handlers import wake_feed
from linggong.relay import Handler, relay_county
from linggong.timers import CityTimer, Timer, sweep
from orders.handlers import on_cover_amended, on_cover_answered
from orders.tasks import auto_confirm, expire_orders, mark_no_shows
from reporting.city_folder import fold_city, fold_city_all
from reporting.exports.tasks import make_exports, sweep_exports
from reporting.folder import fold_all, fold_county
from reporting.watch.tasks import forget_bookings, watch_bookings, watch_figures
from reporting.watch.ticker import sweep_ticker
from tenants.contracts import CountyRef
from webhooks.tasks import forget_old

HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    "cn.linggong.cover.requested.v1": (on_cover_requested,),
    "cn.linggong.cover.replaced.v1": (on_cover_answered,),
    "cn.linggong.cover.amending.v1": (on_cover_amending,),
    "cn.linggong.cover.amended.v1": (on_cover_amended,),
    "cn.linggong.cover.not_amended.v1": (on_cover_amended,),
    "cn.linggong.cover.issued.v1": (on_cover_answered,),
    "cn.linggong.cover.refused.v1": (on_cover_answered,),
    "cn.linggong.order.published.v1": (wake_feed,),
    "cn.linggong.order.reopened.v1": (wake_feed,),
    "cn.linggong.top_up.requested.v1": (send_top_up,),
    "cn.linggong.withdrawal.requested.v1": (send_withdrawal,),
}


@dataclass(frozen=True, slots=True)
class Every:
    """A timer and how many real seconds lie between two of its runs over all counties."""

    seconds: float
    run: Timer
    closed: bool = False  # whether it also looks at counties that are closed


def relay_news(county: CountyRef) -> int:
    """The sweep behind the wake-up calls: a lost call delays news by a second, no more."""
    return relay_county(county, HANDLERS)


TIMERS: Mapping[str, Every] = {
    "relay": Every(1, relay_news),
    "fold_facts": Every(1, fold_county, closed=True),
    "fold_collectors": Every(2, fold_collectors),
    "expire_orders": Every(2, expire_orders),
    "mark_no_shows": Every(2, mark_no_shows),
    "auto_confirm": Every(2, auto_confirm),
    "ask_insurers": Every(5, ask_insurers),
    "fall_back": Every(10, fall_back_covers),
    "tell_insurers": Every(10, tell_insurers),
    "close_covers": Every(60, close_covers),
    "supersede_rates": Every(600, supersede_tables),
    "retry_channel": Every(30, retry_channel_requests),
    "void_holds": Every(30, void_expired_holds),
    "forget_webhooks": Every(3600, forget_old),
    "claim_deadlines": Every(30, watch_deadlines),
    "sweep_files": Every(3600, sweep_orphans),
    "issue_lists": Every(600, issue_lists),
    "wind_down": Every(30, wind_down_county, closed=True),
}


@dataclass(frozen=True, slots=True)
class EveryCity:
    """A timer of the city's, which belongs to no county, and the real seconds between two of its runs."""

    seconds: float
    run: CityTimer


CITY_TIMERS: Mapping[str, EveryCity] = {
    "fold_city": EveryCity(2, fold_city),
    "operations": EveryCity(2, advance_operations),
    "sweep_ticker": EveryCity(60, sweep_ticker),
    "watch_bookings": EveryCity(10, watch_bookings),
    "watch_figures": EveryCity(120, watch_figures),
    "forget_bookings": EveryCity(3600, forget_bookings),
    "make_exports": EveryCity(2, make_exports),
    "sweep_exports": EveryCity(3600, sweep_exports),
}


def fold_everything() -> int:
    """Folds every county's facts and collected transfers until none is left, and merges what that added to
    the city's own sums."""
    done = sweep("fold_facts", fold_all, closed=True) + sweep("fold_collectors", fold_collectors)
    fold_city_all()
    return done
