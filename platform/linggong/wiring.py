"""Who hears which news, and what runs by the clock. The only place that maps an event to handlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.claims.tasks import watch_deadlines
from compliance.insurance.handlers import bind_cover, cancel_at_insurer
from compliance.insurance.tasks import end_overdue, sweep_requested
from compliance.rates.tasks import supersede_tables
from files.tasks import sweep_orphans
from ledger.handlers import send_top_up, send_withdrawal
from ledger.tasks import fold_collectors, retry_channel_requests, void_expired_holds
from linggong.handlers import wake_feed
from linggong.relay import Handler, relay_county
from linggong.timers import Timer, sweep
from orders.handlers import on_cover_answered
from orders.tasks import auto_confirm, expire_orders, mark_no_shows
from reporting.folder import fold_all, fold_county
from tenants.contracts import CountyRef
from webhooks.tasks import forget_old

HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    "cn.linggong.cover.requested.v1": (bind_cover,),
    "cn.linggong.cover.cancelled.v1": (cancel_at_insurer,),
    "cn.linggong.cover.bound.v1": (on_cover_answered,),
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


def relay_news(county: CountyRef) -> int:
    """The sweep behind the wake-up calls: a lost call delays news by a second, no more."""
    return relay_county(county, HANDLERS)


TIMERS: Mapping[str, Every] = {
    "relay": Every(1, relay_news),
    "fold_facts": Every(1, fold_county),
    "fold_collectors": Every(2, fold_collectors),
    "expire_orders": Every(2, expire_orders),
    "mark_no_shows": Every(2, mark_no_shows),
    "auto_confirm": Every(2, auto_confirm),
    "sweep_cover": Every(30, sweep_requested),
    "end_cover": Every(600, end_overdue),
    "supersede_rates": Every(600, supersede_tables),
    "retry_channel": Every(30, retry_channel_requests),
    "void_holds": Every(30, void_expired_holds),
    "forget_webhooks": Every(3600, forget_old),
    "claim_deadlines": Every(30, watch_deadlines),
    "sweep_files": Every(3600, sweep_orphans),
}


def fold_everything() -> int:
    """Folds every county's facts and collected transfers until none is left."""
    return sweep("fold_facts", fold_all) + sweep("fold_collectors", fold_collectors)
