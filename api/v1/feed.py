"""The worker's feed, by long poll. Nothing of the database is held while it waits."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from api import cursors, wake
from api.cursors import MAX_PAGE
from api.endpoint import Act, Answer, Call
from api.errors import FIELD_MISSING
from api.fields import Choice, Decimal, Id, In, Raw, Text, Whole, Yes
from api.shapes import Out, OutList
from api.v1.terms import DATUMS, OrderOut, point_of
from compliance.people.errors import WORKER_CHOOSE, WORKER_NOT_FOUND
from orders.contracts import Datum
from orders.errors import POINT_INVALID
from orders.feed import FeedQuery, feed
from orders.views import FeedPage
from tenants.county import run_in_county


class FeedIn(In):
    cursor = Raw(required=False, max_length=500, help_text="`next` of the page before")
    limit = Whole(minimum=1, maximum=MAX_PAGE, default=20)
    since = Raw(required=False, max_length=500, help_text="`since` of an earlier answer: only what is newer")
    wait = Whole(minimum=0, maximum=120, default=0, help_text="seconds to wait for something to show")
    worker_id = Id(required=False, help_text="absent: the login's own worker")
    trade = Text(max_length=40, required=False, help_text="absent: those the worker can or wants to do")
    lat = Decimal(minimum=-90, maximum=90, required=False)
    lng = Decimal(minimum=-180, maximum=180, required=False)
    datum = Choice(choices=DATUMS, default=Datum.GCJ02.value)
    near = Yes(default=False, help_text="nearest first instead of newest first; needs lat and lng")
    within_m = Whole(minimum=1, maximum=1_000_000, required=False)


class FeedOut(Out):
    items = OutList(child=OrderOut())
    next = serializers.CharField(allow_null=True, help_text="give it as `cursor` for the next page")
    since = serializers.CharField(help_text="wait from here: nothing is missed")


class ReadFeed(Act):
    """Orders with a free place for a worker: by trade, newest or nearest first.

    With `wait` the answer comes when there is something to show, at the latest after that many seconds
    (and never later than the installation allows). Keep `since` and ask again with it for news only.
    """

    tag = "feed"
    scope = "orders:feed"
    asks = FeedIn
    gives = FeedOut
    refuses = (WORKER_NOT_FOUND, WORKER_CHOOSE, POINT_INVALID)

    def perform(self, call: Call) -> Answer:
        query = _query(call)
        after = cursors.unseal(call.query["cursor"], self.salt(call))
        wait = 0 if after is not None else min(call.query["wait"], settings.LINGGONG_LONG_POLL_SECONDS)
        page = None
        for _ in wake.looks(call.county.schema_name, wait):
            page = self._look(call, query, after)
            if page.rows:
                break
        assert page is not None
        return Answer(200, self._page(call, page))

    def _look(self, call: Call, query: FeedQuery, after: Any | None) -> FeedPage:
        with run_in_county(call.county) as work:
            return feed(
                actor=call.who,
                query=query,
                now=work.now,
                worker_id=call.query["worker_id"],
                after=after,
                limit=call.query["limit"],
            )

    def _page(self, call: Call, page: FeedPage) -> dict[str, Any]:
        following = None if page.after is None else cursors.seal(page.after, self.salt(call))
        body = {"items": page.rows, "next": following, "since": cursors.seal(page.since, _since_salt(call))}
        return FeedOut.shape(body)


def _query(call: Call) -> FeedQuery:
    asked = call.query
    if (asked["lat"] is None) != (asked["lng"] is None):
        raise FIELD_MISSING.error(field="lng" if asked["lng"] is None else "lat")
    point = None if asked["lat"] is None else point_of(asked)
    if asked["near"] and point is None:
        raise FIELD_MISSING.error(field="lat")
    return FeedQuery(
        point=point,
        near=asked["near"],
        within_m=asked["within_m"],
        trades=None if asked["trade"] is None else [asked["trade"]],
        since=cursors.unseal(asked["since"], _since_salt(call), field="since"),
    )


def _since_salt(call: Call) -> str:
    return f"{call.county.schema_name}:since"
