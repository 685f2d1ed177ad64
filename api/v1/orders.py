"""Orders from the employer's side: quote, publish, look, confirm, cancel."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Call, Key
from api.fields import Choice, Day, Id, In, Text, Whole
from api.fields import Several as Listed
from api.shapes import Out, OutList
from api.v1.terms import EXAMPLE, OrderOut, OrderTermsIn, PlaceOut, terms_of
from compliance.insurance.errors import COVER_STARTS_TOMORROW
from compliance.people.errors import EMPLOYER_CHOOSE, EMPLOYER_DUTY, EMPLOYER_NOT_FOUND
from compliance.rates.errors import CLASS_NOT_INSURABLE, LEVEL_UNKNOWN, TRADE_NOT_RATED
from kernel.errors import FORBIDDEN, NOT_FOUND, STALE_STATE
from ledger.errors import INSUFFICIENT_FUNDS
from orders import errors, selectors
from orders.contracts import CancelOrder, ConfirmOrder, Correction, PublishOrder, QuoteOrder
from orders.states import OrderState
from orders.use_cases.cancel_order import cancel_order
from orders.use_cases.confirm_order import confirm_order
from orders.use_cases.publish_order import publish_order
from orders.use_cases.quote_order import quote_order
from tenants.county import CountyWork
from tenants.errors import MAY_NOT_BEGIN, UNKNOWN_TRADE

_TERMS = (
    errors.TIMES_INVALID,
    errors.HEADCOUNT_INVALID,
    errors.PAY_INVALID,
    errors.PAY_BELOW_FLOOR,
    errors.TEXT_INVALID,
    errors.POINT_INVALID,
    UNKNOWN_TRADE,
    TRADE_NOT_RATED,
    CLASS_NOT_INSURABLE,
    LEVEL_UNKNOWN,
    COVER_STARTS_TOMORROW,
    errors.COVER_QUOTE_EXPIRED,
    errors.COVER_QUOTE_OTHER,
    EMPLOYER_NOT_FOUND,
    EMPLOYER_CHOOSE,
    EMPLOYER_DUTY,
)


class QuoteOut(Out):
    """total = headcount x (wage_max + premium + fee) a head; what is not earned comes back."""

    trade = serializers.CharField()
    day = serializers.DateField()
    headcount = serializers.IntegerField()
    insured = serializers.BooleanField()
    wage_max_per_head_fen = serializers.IntegerField()
    premium_per_head_fen = serializers.IntegerField()
    fee_per_head_fen = serializers.IntegerField()
    wage_max_fen = serializers.IntegerField()
    premium_fen = serializers.IntegerField()
    fee_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    floor_hour_fen = serializers.IntegerField(help_text="the pay was checked against this")
    offered_hour_fen = serializers.IntegerField()
    risk_class = serializers.IntegerField()
    rate_table_version_id = serializers.UUIDField(allow_null=True)
    cover_quote_id = serializers.UUIDField(allow_null=True, help_text="name it to hold the price")
    cover_quote_expires_at = serializers.DateTimeField(allow_null=True)
    insurer = serializers.CharField(help_text="empty without insurance")
    product = serializers.CharField()
    cover_level = serializers.CharField()
    cover_starts = serializers.CharField(help_text="at_once or next_midnight")
    death_disability_cover_fen = serializers.IntegerField()
    medical_cover_fen = serializers.IntegerField()
    certificate = serializers.CharField(allow_null=True)


class QuotePrice(Act):
    """What an order would cost.

    Refuses exactly what publishing the same terms would refuse, except for want of money.
    """

    tag = "orders"
    scope = "orders:quote"
    takes = OrderTermsIn
    gives = QuoteOut
    refuses = (*_TERMS, *MAY_NOT_BEGIN)
    example = EXAMPLE

    def act(self, work: CountyWork, call: Call) -> Any:
        command = QuoteOrder(terms_of(call.data), call.data["employer_id"])
        return quote_order(command=command, actor=call.who, now=work.now)


class PublishedOut(Out):
    order_id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.CharField()
    escrow_fen = serializers.IntegerField()
    quote = QuoteOut()


class PublishOrderAct(Act):
    """Publish an order: its greatest cost goes from the employer's wallet into escrow.

    Refused with `insufficient_funds` and `shortfall_fen` when the wallet has too little.
    """

    tag = "orders"
    scope = "orders:publish"
    takes = OrderTermsIn
    gives = PublishedOut
    status = 201
    key = Key.REQUIRED
    refuses = (*_TERMS, INSUFFICIENT_FUNDS, *MAY_NOT_BEGIN)
    example = EXAMPLE

    def act(self, work: CountyWork, call: Call) -> Any:
        command = PublishOrder(terms_of(call.data), call.data["employer_id"])
        return publish_order(command=command, actor=call.who, now=work.now)


class EmployerOrdersIn(PageIn):
    employer_id = Id(required=False, help_text="absent: the login's own employer")
    state = Choice(choices=[state.value for state in OrderState], required=False)


class ListOrders(Act):
    """An employer's orders, newest first."""

    tag = "orders"
    scope = "orders:read"
    asks = EmployerOrdersIn
    gives = OrderOut
    paged = True
    refuses = (EMPLOYER_NOT_FOUND, EMPLOYER_CHOOSE)

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        page = selectors.employer_orders(
            actor=call.who,
            employer_id=call.query["employer_id"],
            state=call.query["state"],
            after=call.position,
            limit=call.query["limit"],
        )
        return Page(page.rows, page.after)


class CountyOrdersIn(PageIn):
    state = Choice(choices=[state.value for state in OrderState], required=False)
    first = Day(required=False, help_text="first day of the work")
    last = Day(required=False, help_text="last day of the work")
    trade = Text(max_length=40, required=False)


class ListCountyOrders(Act):
    """The county's orders, newest first, for those who oversee it: hall and administrators."""

    tag = "orders"
    scope = "orders:read"
    asks = CountyOrdersIn
    gives = OrderOut
    paged = True
    refuses = (FORBIDDEN,)

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        names = ("state", "first", "last", "trade", "limit")
        page = selectors.county_orders(
            actor=call.who, after=call.position, **{name: call.query[name] for name in names}
        )
        return Page(page.rows, page.after)


class RosterOut(Out):
    assignment = PlaceOut()
    worker_name = serializers.CharField(help_text="masked")


class OrderMoneyOut(Out):
    premium_per_head_fen = serializers.IntegerField()
    fee_per_head_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    escrow_fen = serializers.IntegerField()
    held_fen = serializers.IntegerField()
    wage_paid_fen = serializers.IntegerField()
    fee_paid_fen = serializers.IntegerField()
    premium_paid_fen = serializers.IntegerField()
    compensation_fen = serializers.IntegerField()


class OrderDetailOut(Out):
    order = OrderOut()
    roster = OutList(child=RosterOut(), help_text="for the employer's side")
    mine = PlaceOut(allow_null=True, help_text="for a worker who has or had a place")
    money = OrderMoneyOut(allow_null=True, help_text="for the employer's side")


class ReadOrder(Act):
    """An order with what the caller may see of it: roster and money for the employer's side, a
    worker's own place."""

    tag = "orders"
    scope = "orders:read"
    gives = OrderDetailOut
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.order_detail(order_id=call.path["order_id"], actor=call.who)


class TimelineOut(Out):
    at = serializers.DateTimeField()
    machine = serializers.CharField(help_text="order or assignment")
    subject = serializers.UUIDField()
    frm = serializers.CharField()
    to = serializers.CharField()
    channel = serializers.CharField()
    reason = serializers.CharField()


class ReadTimeline(Act):
    """Who moved what, oldest first; actors are named by channel only."""

    tag = "orders"
    scope = "orders:read"
    gives = TimelineOut
    listed = True
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.timeline(order_id=call.path["order_id"], actor=call.who)


class ReviewOut(Out):
    assignment_id = serializers.UUIDField()
    direction = serializers.CharField()
    rating = serializers.IntegerField()
    text = serializers.CharField()
    written_at = serializers.DateTimeField()


class ListReviews(Act):
    """What both sides said about each other after an order."""

    tag = "orders"
    scope = "orders:read"
    gives = ReviewOut
    listed = True
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        selectors.order_detail(order_id=call.path["order_id"], actor=call.who)
        return selectors.reviews_of_order(order_id=call.path["order_id"])


class CorrectionIn(In):
    assignment_id = Id()
    quantity = Whole(minimum=1, maximum=1_000_000, help_text="minutes (hour) or pieces (piece)")


class ConfirmOrderIn(In):
    corrections = Listed(child=CorrectionIn(), maximum=500, default=())


class PaidPlaceOut(Out):
    assignment_id = serializers.UUIDField()
    worker_id = serializers.UUIDField()
    quantity = serializers.IntegerField()
    wage_fen = serializers.IntegerField()
    fee_fen = serializers.IntegerField()


class ConfirmedOut(Out):
    order_id = serializers.UUIDField()
    state = serializers.CharField()
    paid = OutList(child=PaidPlaceOut())
    wage_fen = serializers.IntegerField()
    fee_fen = serializers.IntegerField()
    refund_fen = serializers.IntegerField(help_text="went back to the employer when the order settled")


class ConfirmOrderAct(Act):
    """Confirm everybody who has finished, on one list, with corrections; each is paid into the wallet."""

    tag = "orders"
    scope = "orders:confirm"
    takes = ConfirmOrderIn
    gives = ConfirmedOut
    key = Key.REQUIRED
    refuses = (errors.NOTHING_TO_CONFIRM, errors.CORRECTION_INVALID, NOT_FOUND, EMPLOYER_NOT_FOUND)
    example = {"corrections": []}

    def act(self, work: CountyWork, call: Call) -> Any:
        corrections = tuple(Correction(**one) for one in call.data["corrections"])
        command = ConfirmOrder(call.path["order_id"], corrections)
        return confirm_order(command=command, actor=call.who, now=work.now)


class CancelOrderIn(In):
    reason = Text(max_length=400, min_length=0, default="")


class CancelledOut(Out):
    order_id = serializers.UUIDField()
    state = serializers.CharField()
    compensation_fen = serializers.IntegerField(help_text="went to booked workers")
    refund_fen = serializers.IntegerField(help_text="went back to the employer")


class CancelOrderAct(Act):
    """Cancel before work starts; a late cancellation compensates the booked workers."""

    tag = "orders"
    scope = "orders:cancel"
    takes = CancelOrderIn
    gives = CancelledOut
    key = Key.REQUIRED
    refuses = (errors.CANNOT_CANCEL_STARTED, STALE_STATE, NOT_FOUND, EMPLOYER_DUTY)
    example = {"reason": "下雨"}

    def act(self, work: CountyWork, call: Call) -> Any:
        command = CancelOrder(order_id=call.path["order_id"], reason=call.data["reason"])
        return cancel_order(command=command, actor=call.who, now=work.now)
