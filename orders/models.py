"""Tables of orders. Other rooms' rows (employers, workers, policies, holds) are plain uuid columns."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from kernel.db import CountyModel
from orders.contracts import MAX_HEADCOUNT
from orders.states import AT_WORK, HOLDING, TAKING, AssignmentState

_HOLDING = sorted(state.value for state in HOLDING)
_AT_WORK = sorted(state.value for state in AT_WORK)
_TAKING = sorted(state.value for state in TAKING)


FEED = UUID(int=1)


class FeedCounter(CountyModel):
    """One row (`FEED`): the last position given in the feed. Its lock is held to the end of the transaction
    that takes a position, so positions follow commit order and a reader waiting from one misses none."""

    last = models.BigIntegerField()


class Order(CountyModel):
    """One posting. Amounts are a head unless the name says otherwise; `*_max_fen` is what escrow
    holds. This issue's orders lie within one business day (`day`, Asia/Shanghai)."""

    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20)
    end_reason = models.CharField(max_length=40, blank=True)
    employer_id = models.UUIDField()
    trade = models.CharField(max_length=40)
    certificate = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=80)
    description = models.CharField(max_length=2000, blank=True)

    address = models.CharField(max_length=200)
    datum = models.CharField(max_length=6, blank=True)
    lat_e6 = models.IntegerField(null=True)
    lon_e6 = models.IntegerField(null=True)
    gcj_lat_e6 = models.IntegerField(null=True)
    gcj_lon_e6 = models.IntegerField(null=True)

    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    break_minutes = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    headcount = models.PositiveSmallIntegerField()

    basis = models.CharField(max_length=8)
    rate_fen = models.BigIntegerField()
    quantity_expected = models.IntegerField()
    quantity_max = models.IntegerField()
    unit = models.CharField(max_length=20, blank=True)
    wage_max_fen = models.BigIntegerField()
    fee_bp = models.IntegerField()
    fee_max_fen = models.BigIntegerField()
    policy_id = models.UUIDField(help_text="the county's dated policy row these terms were made under")

    insured = models.BooleanField()
    insured_choice_by = models.CharField(max_length=80)
    insured_choice_at = models.DateTimeField()
    insured_choice_channel = models.CharField(max_length=10)
    undo_minutes = models.PositiveIntegerField()
    rate_table_version_id = models.UUIDField(null=True)
    cover_quote_id = models.UUIDField(null=True, help_text="the kept quote that the premium replays from")
    cover_level = models.CharField(max_length=40, blank=True)
    premium_fen = models.BigIntegerField(help_text="the dearest insurable age's; what is not used comes back")
    basic_cover = models.BooleanField(default=True, help_text="False: declined by who made insured_choice")

    total_fen = models.BigIntegerField(help_text="for all heads; what publishing put into escrow")
    escrow_account = models.UUIDField()
    feed_seq = models.BigIntegerField()

    published_at = models.DateTimeField(null=True)
    filled_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(headcount__gte=1, headcount__lte=MAX_HEADCOUNT), name="order_headcount"
            ),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="order_times"),
            models.CheckConstraint(
                condition=Q(
                    total_fen=F("headcount") * (F("wage_max_fen") + F("premium_fen") + F("fee_max_fen"))
                ),
                name="order_total_is_its_parts",
            ),
        ]
        indexes = [
            models.Index(fields=["employer_id", "id"], name="order_of_employer"),
            models.Index(fields=["state", "expires_at"], name="order_expiring"),
            models.Index(fields=["day", "id"], name="order_of_day"),
            models.Index(
                fields=["feed_seq"],
                condition=Q(filled_at=None, state__in=_TAKING),
                name="order_feed",
            ),
        ]


class Place(CountyModel):
    """One head of an order, free or taken. Written only by orders_grab() and by whoever frees it;
    `taken_by` stays out of every index so that taking a place rewrites none."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="places", db_index=False)
    no = models.PositiveSmallIntegerField()
    taken_by = models.UUIDField(null=True, help_text="the assignment that holds it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "no"], name="place_once")]


class Assignment(CountyModel):
    """One worker's place in an order, from winning it to his wage. Times repeat the order's so that
    overlaps are found by one index."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="assignments")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    place_no = models.PositiveSmallIntegerField()
    worker_id = models.UUIDField()
    state = models.CharField(max_length=20)
    end_reason = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=10)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    won_at = models.DateTimeField()
    undo_until = models.DateTimeField()

    hold_id = models.UUIDField(null=True)
    cover_id = models.UUIDField(null=True, help_text="the top-up policy that was asked for")
    basic_cover_id = models.UUIDField(null=True)
    cover_bound_at = models.DateTimeField(null=True)
    premium_paid_fen = models.BigIntegerField(default=0)

    quantity = models.IntegerField(null=True)
    wage_fen = models.BigIntegerField(null=True)
    fee_fen = models.BigIntegerField(default=0)
    compensation_fen = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    silence_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=10, blank=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=Q(state__in=_HOLDING), name="assignment_one_a_place"
            ),
            models.UniqueConstraint(
                fields=["order", "worker_id"],
                condition=Q(state__in=_HOLDING),
                name="assignment_one_a_worker",
            ),
        ]
        indexes = [
            models.Index(fields=["worker_id", "starts_at"], name="assignment_of_worker"),
            models.Index(
                fields=["silence_at"],
                condition=Q(state=AssignmentState.FINISHED.value),
                name="assignment_silence",
            ),
            models.Index(
                fields=["ends_at"],
                condition=Q(state__in=_AT_WORK),
                name="assignment_overdue",
            ),
        ]


class StartCode(CountyModel):
    """That a start code was shown, how often it was mistyped, and whether it was used. The code
    itself is nowhere stored: it is derived from the assignment, the version and the county's key."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="start_code")
    version = models.PositiveIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=0)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)
    used_at = models.DateTimeField(null=True)


class Attendance(CountyModel):
    """When a worker came and went, told by whom and through which channel. `assumed` marks a
    leaving that nobody reported and that the end of the working time stands in for."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="attendance")
    checked_in_at = models.DateTimeField()
    checked_in_by = models.CharField(max_length=80)
    checked_in_channel = models.CharField(max_length=10)
    checked_out_at = models.DateTimeField(null=True)
    checked_out_by = models.CharField(max_length=80, blank=True)
    checked_out_channel = models.CharField(max_length=10, blank=True)
    assumed = models.BooleanField(default=False)
    pieces = models.IntegerField(null=True)


class Review(CountyModel):
    """One word each way: 1 to 5 and a text."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="reviews")
    direction = models.CharField(max_length=12)
    employer_id = models.UUIDField()
    worker_id = models.UUIDField()
    rating = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500, blank=True)
    written_by = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "direction"], name="review_once"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating"),
        ]
        indexes = [
            models.Index(fields=["worker_id", "direction", "id"], name="review_of_worker"),
            models.Index(fields=["employer_id", "direction", "id"], name="review_of_employer"),
        ]
