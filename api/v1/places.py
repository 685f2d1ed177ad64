"""A worker's place in an order: grab and undo, the day itself, and what comes after."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Act, Call, Key
from api.fields import Choice, Id, In, Text, Whole, Yes
from api.shapes import Out
from api.v1.orders import ReviewOut
from api.v1.terms import OrderOut, PlaceOut
from compliance.insurance.errors import COVER_STARTS_TOMORROW
from compliance.people.errors import WORKER_CHOOSE, WORKER_NOT_FOUND, WORKER_TOO_YOUNG
from compliance.rates.errors import AGE_NOT_INSURABLE
from kernel.errors import NOT_FOUND, STALE_STATE
from orders import errors, selectors
from orders.contracts import (
    CheckedIn,
    CheckIn,
    CheckOut,
    Direction,
    GrabOrder,
    MarkNoShow,
    Party,
    ShowContact,
    ShowStartCode,
    UndoGrab,
    WriteReview,
)
from orders.use_cases.check_in import check_in
from orders.use_cases.check_out import check_out
from orders.use_cases.grab_order import grab_order
from orders.use_cases.mark_no_show import mark_no_show
from orders.use_cases.show_contact import show_contact
from orders.use_cases.show_start_code import show_start_code
from orders.use_cases.undo_grab import undo_grab
from orders.use_cases.write_review import write_review
from tenants.county import CountyWork


class WorkerIn(In):
    worker_id = Id(required=False, help_text="absent: the login's own worker")


class WonOut(Out):
    assignment_id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    number = serializers.CharField()
    place_no = serializers.IntegerField()
    state = serializers.CharField()
    wage_max_fen = serializers.IntegerField()
    cover_id = serializers.UUIDField(allow_null=True, help_text="the requested policy of an insured order")
    basic_cover_id = serializers.UUIDField(allow_null=True, help_text="the one that the county's fund pays")
    undo_until = serializers.DateTimeField()
    filled = serializers.BooleanField(help_text="this was the last free place")


class GrabOrderAct(Act):
    """Take a free place: the first eligible worker wins, one a place.

    A loser hears `order_full`, or `place_busy` while the winner may still roll back: try again.
    """

    tag = "places"
    scope = "orders:grab"
    takes = WorkerIn
    gives = WonOut
    status = 201
    key = Key.OPTIONAL
    refuses = (
        errors.ORDER_FULL,
        errors.PLACE_BUSY,
        errors.ORDER_CLOSED,
        errors.ALREADY_TAKEN,
        errors.BUSY_THEN,
        errors.COVER_REFUSED_BEFORE,
        WORKER_TOO_YOUNG,
        errors.CERTIFICATE_MISSING,
        errors.TRADE_NOT_YOURS,
        errors.OWN_ORDER,
        errors.BARRED_BY_NO_SHOW,
        errors.INSURANCE_CONSENT_MISSING,
        AGE_NOT_INSURABLE,
        COVER_STARTS_TOMORROW,
        NOT_FOUND,
        WORKER_NOT_FOUND,
        WORKER_CHOOSE,
    )

    def act(self, work: CountyWork, call: Call) -> Any:
        command = GrabOrder(call.path["order_id"], call.data["worker_id"])
        return grab_order(command=command, actor=call.who, now=work.now)


class WorkerPageIn(PageIn):
    worker_id = Id(required=False, help_text="absent: the login's own worker")


class PlaceAndOrderOut(Out):
    assignment = PlaceOut()
    order = OrderOut()


class ListPlaces(Act):
    """A worker's places, newest first."""

    tag = "places"
    scope = "orders:read"
    asks = WorkerPageIn
    gives = PlaceAndOrderOut
    paged = True
    refuses = (WORKER_NOT_FOUND, WORKER_CHOOSE)

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        page = selectors.worker_assignments(
            actor=call.who,
            worker_id=call.query["worker_id"],
            after=call.position,
            limit=call.query["limit"],
        )
        return Page(page.rows, page.after)


class ReadPlace(Act):
    """One place with its order, for its worker, the employer's side or the hall."""

    tag = "places"
    scope = "orders:read"
    gives = PlaceAndOrderOut
    refuses = (NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return selectors.assignment_detail(assignment_id=call.path["assignment_id"], actor=call.who)


class UndoGrabAct(Act):
    """Give a grabbed place back within the county's minutes, without consequence."""

    tag = "places"
    scope = "orders:grab"
    gives = PlaceOut
    key = Key.OPTIONAL
    refuses = (errors.UNDO_TOO_LATE, STALE_STATE, NOT_FOUND)

    def act(self, work: CountyWork, call: Call) -> Any:
        return undo_grab(command=UndoGrab(call.path["assignment_id"]), actor=call.who, now=work.now)


class StartCodeIn(In):
    renew = Yes(default=False, help_text="make a new one and free a locked check-in")


class StartCodeOut(Out):
    assignment_id = serializers.UUIDField()
    code = serializers.CharField()
    tries_left = serializers.IntegerField()


class ShowStartCodeAct(Act):
    """Show the start code that the worker on site types in; for the employer's side.

    An insured place gives none before its policy is bound. The answer is not kept with a key.
    """

    tag = "places"
    scope = "orders:confirm"
    takes = StartCodeIn
    gives = StartCodeOut
    refuses = (errors.COVER_PENDING, STALE_STATE, NOT_FOUND)

    def act(self, work: CountyWork, call: Call) -> Any:
        command = ShowStartCode(call.path["assignment_id"], call.data["renew"])
        return show_start_code(command=command, actor=call.who, now=work.now)


class CheckInIn(In):
    code = Text(max_length=20)


class CheckedInOut(Out):
    assignment_id = serializers.UUIDField()
    state = serializers.CharField()
    checked_in_at = serializers.DateTimeField(allow_null=True)


class CheckInAct(Act):
    """Check in with the start code.

    A wrong try is counted. No Idempotency-Key is used: a repeat hears `stale_state`.
    """

    tag = "places"
    scope = "orders:attend"
    takes = CheckInIn
    gives = CheckedInOut
    refuses = (
        errors.START_CODE_WRONG,
        errors.START_CODE_LOCKED,
        errors.START_CODE_NOT_ISSUED,
        errors.COVER_PENDING,
        errors.OUTSIDE_HOURS,
        STALE_STATE,
        NOT_FOUND,
    )
    example = {"code": "482913"}

    def act(self, work: CountyWork, call: Call) -> CheckedIn:
        command = CheckIn(call.path["assignment_id"], call.data["code"])
        return check_in(command=command, actor=call.who, now=work.now)

    def after(self, result: CheckedIn) -> None:
        if result.refused is not None:
            raise result.refused


class CheckOutIn(In):
    pieces = Whole(
        minimum=1, maximum=1_000_000, required=False, allow_null=True, help_text="piece work: own count"
    )


class CheckedOutOut(Out):
    assignment_id = serializers.UUIDField()
    state = serializers.CharField()
    checked_out_at = serializers.DateTimeField()
    quantity = serializers.IntegerField(help_text="minutes, pieces or 1")
    wage_fen = serializers.IntegerField(help_text="before any correction")
    silence_at = serializers.DateTimeField(help_text="when the employer's silence confirms")


class CheckOutAct(Act):
    """Check out; what was worked now waits for confirmation."""

    tag = "places"
    scope = "orders:attend"
    takes = CheckOutIn
    gives = CheckedOutOut
    key = Key.OPTIONAL
    refuses = (errors.CORRECTION_INVALID, STALE_STATE, NOT_FOUND)

    def act(self, work: CountyWork, call: Call) -> Any:
        command = CheckOut(call.path["assignment_id"], call.data["pieces"])
        return check_out(command=command, actor=call.who, now=work.now)


class MarkNoShowAct(Act):
    """Say that a booked worker has not come; wage and premium come back, the place is open again."""

    tag = "places"
    scope = "orders:confirm"
    gives = PlaceOut
    key = Key.REQUIRED
    refuses = (errors.TOO_EARLY_FOR_NO_SHOW, errors.COVER_PENDING, STALE_STATE, NOT_FOUND)

    def act(self, work: CountyWork, call: Call) -> Any:
        return mark_no_show(command=MarkNoShow(call.path["assignment_id"]), actor=call.who, now=work.now)


class WriteReviewIn(In):
    direction = Choice(choices=[direction.value for direction in Direction])
    rating = Whole(minimum=1, maximum=5)
    text = Text(max_length=1_000, min_length=0, default="")


class WriteReviewAct(Act):
    """Say a word about the other side, once each, when the work is paid."""

    tag = "places"
    scope = "reviews:write"
    takes = WriteReviewIn
    gives = ReviewOut
    status = 201
    key = Key.OPTIONAL
    refuses = (errors.REVIEW_NOT_YET, errors.REVIEW_TWICE, errors.TEXT_INVALID, NOT_FOUND)
    example = {"direction": "of_employer", "rating": 5, "text": "结账及时"}

    def act(self, work: CountyWork, call: Call) -> Any:
        command = WriteReview(
            assignment_id=call.path["assignment_id"],
            direction=Direction(call.data["direction"]),
            rating=call.data["rating"],
            text=call.data["text"],
        )
        return write_review(command=command, actor=call.who, now=work.now)


class ContactIn(In):
    of = Choice(choices=[party.value for party in Party], help_text="whose number is asked for")


class ContactOut(Out):
    name = serializers.CharField()
    phone = serializers.CharField()


class ShowContactAct(Act):
    """The other side's name and number; each look writes an audit row.

    The answer is personal data, so it is not kept with a key.
    """

    tag = "places"
    scope = "orders:read"
    takes = ContactIn
    gives = ContactOut
    refuses = (errors.CONTACT_CLOSED, NOT_FOUND)

    def act(self, work: CountyWork, call: Call) -> Any:
        command = ShowContact(call.path["assignment_id"], Party(call.data["of"]))
        return show_contact(command=command, actor=call.who, now=work.now)
