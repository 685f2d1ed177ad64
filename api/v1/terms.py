"""An order's terms as they come in, and orders as they go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.fields import Choice, Decimal, Fen, Id, In, Moment, Text, Whole, Yes
from api.shapes import Out, OutList
from orders.contracts import MAX_HEADCOUNT, Datum, OrderTerms, Pay, PayBasis, Point

DATUMS = [datum.value for datum in Datum]


class PointIn(In):
    """Where, in degrees, and by which datum."""

    lat = Decimal(minimum=-90, maximum=90)
    lng = Decimal(minimum=-180, maximum=180)
    datum = Choice(choices=DATUMS, default=Datum.GCJ02.value)


class PayIn(In):
    """How the wage is reckoned, a head."""

    basis = Choice(choices=[basis.value for basis in PayBasis])
    rate_fen = Fen(help_text="per hour, day or piece, or the whole lump")
    quantity_expected = Whole(
        minimum=1,
        maximum=1_000_000,
        required=False,
        allow_null=True,
        help_text="minutes (hour; absent: the scheduled time) or pieces (piece)",
    )
    quantity_max = Whole(
        minimum=1, maximum=1_000_000, required=False, allow_null=True, help_text="most that is paid"
    )
    unit = Text(max_length=20, min_length=0, default="", help_text="name of a piece, such as 篮")


class OrderTermsIn(In):
    """What the employer asks for, within one day (Asia/Shanghai)."""

    employer_id = Id(required=False, allow_null=True, help_text="absent: the login's own employer")
    trade = Text(max_length=40)
    title = Text(max_length=200)
    description = Text(max_length=4_000, min_length=0, default="")
    address = Text(max_length=400)
    point = PointIn(required=False, allow_null=True)
    starts_at = Moment()
    ends_at = Moment()
    break_minutes = Whole(minimum=0, maximum=1_440, default=0, help_text="unpaid, within the times")
    headcount = Whole(minimum=1, maximum=MAX_HEADCOUNT)
    pay = PayIn()
    insured = Yes(help_text="the employer's choice for or against accident cover; recorded")
    cover_level = Text(max_length=40, min_length=0, default="", help_text="empty: the rate table's first")
    cover_quote_id = Id(required=False, allow_null=True, help_text="a quote that still stands")
    basic_cover = Yes(default=True, help_text="false declines the fund's cover; recorded")
    expires_at = Moment(required=False, allow_null=True, help_text="when free places close")


EXAMPLE: Mapping[str, Any] = {
    "trade": "fruit_picking",
    "title": "摘柑橘",
    "address": "将乐县古镛镇果园路 8 号",
    "point": {"lat": 26.7286, "lng": 117.4714, "datum": "GCJ-02"},
    "starts_at": "2026-03-02T08:00:00+08:00",
    "ends_at": "2026-03-02T17:00:00+08:00",
    "break_minutes": 60,
    "headcount": 2,
    "pay": {"basis": "day", "rate_fen": 20000},
    "insured": True,
}


def terms_of(data: Mapping[str, Any]) -> OrderTerms:
    pay = data["pay"]
    return OrderTerms(
        trade=data["trade"],
        title=data["title"],
        description=data["description"],
        address=data["address"],
        point=point_of(data["point"]),
        starts_at=data["starts_at"],
        ends_at=data["ends_at"],
        break_minutes=data["break_minutes"],
        headcount=data["headcount"],
        pay=Pay(
            basis=PayBasis(pay["basis"]),
            rate_fen=pay["rate_fen"],
            quantity_expected=pay["quantity_expected"],
            quantity_max=pay["quantity_max"],
            unit=pay["unit"],
        ),
        insured=data["insured"],
        cover_level=data["cover_level"],
        cover_quote_id=data["cover_quote_id"],
        basic_cover=data["basic_cover"],
        expires_at=data["expires_at"],
    )


def point_of(given: Mapping[str, Any] | None) -> Point | None:
    if not given:
        return None
    return Point(round(given["lat"] * 1_000_000), round(given["lng"] * 1_000_000), Datum(given["datum"]))


class PointOut(Out):
    lat = serializers.FloatField()
    lng = serializers.FloatField()
    datum = serializers.CharField()

    @classmethod
    def shape(cls, view: Point) -> dict[str, Any]:
        return {"lat": view.lat_e6 / 1_000_000, "lng": view.lon_e6 / 1_000_000, "datum": view.datum}


class OrderOut(Out):
    """An order as anybody of the county may see it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.CharField()
    end_reason = serializers.CharField()
    trade = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    address = serializers.CharField()
    point = PointOut(allow_null=True)
    day = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    break_minutes = serializers.IntegerField()
    headcount = serializers.IntegerField()
    free_places = serializers.IntegerField()
    basis = serializers.CharField()
    rate_fen = serializers.IntegerField()
    quantity_expected = serializers.IntegerField()
    quantity_max = serializers.IntegerField()
    unit = serializers.CharField()
    wage_max_fen = serializers.IntegerField(help_text="a head")
    insured = serializers.BooleanField()
    certificate = serializers.CharField(help_text="kind a worker must hold, or empty")
    employer_id = serializers.UUIDField()
    published_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    filled_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    distance_m = serializers.IntegerField(allow_null=True, help_text="in the feed, when asked with a point")


class CoverOut(Out):
    """What the place is insured by, for both sides."""

    policy_id = serializers.UUIDField()
    layer = serializers.CharField(help_text="top_up: the employer pays; basic: the county's fund pays")
    status = serializers.CharField(help_text="waiting, in_force, refused or over")
    state = serializers.CharField()
    insurer = serializers.CharField()
    certificate_number = serializers.CharField()
    slip = serializers.CharField(help_text="answers at covered whether the cover is in force")
    covers_from = serializers.DateTimeField(allow_null=True)
    covers_until = serializers.DateTimeField()


class PlaceOut(Out):
    """One worker's place in an order (an assignment)."""

    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    worker_id = serializers.UUIDField()
    place_no = serializers.IntegerField()
    state = serializers.CharField()
    end_reason = serializers.CharField()
    won_at = serializers.DateTimeField()
    undo_until = serializers.DateTimeField()
    checked_in_at = serializers.DateTimeField(allow_null=True)
    checked_out_at = serializers.DateTimeField(allow_null=True)
    quantity = serializers.IntegerField(allow_null=True, help_text="minutes, pieces or 1")
    wage_max_fen = serializers.IntegerField()
    wage_fen = serializers.IntegerField(allow_null=True)
    compensation_fen = serializers.IntegerField()
    cover = serializers.CharField(help_text="none, or the state of the employer's policy")
    covers = OutList(child=CoverOut())
    silence_at = serializers.DateTimeField(allow_null=True, help_text="when silence confirms")
    confirmed_by = serializers.CharField()
    paid_at = serializers.DateTimeField(allow_null=True)
