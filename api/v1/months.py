"""A county's months: reading what will be signed, signing it, revising what the city accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from rest_framework import serializers

from api.endpoint import Call, IdentityAct
from api.fields import In, Raw, Text
from api.shapes import Out, OutList
from kernel.clock import business_day
from kernel.errors import Refusal
from reporting.moment import one_moment
from reporting.signoff import selectors, store
from reporting.signoff.contracts import Difference, MonthFigures, MonthLine, SignedMonth, Version
from reporting.signoff.errors import (
    MONTH_ACCEPTED,
    MONTH_BEHIND,
    MONTH_CHANGED,
    MONTH_MALFORMED,
    MONTH_NOT_ACCEPTED,
    MONTH_NOT_OVER,
    MONTH_UNCHANGED,
)
from reporting.signoff.rules import month_before, parse_month
from reporting.signoff.use_cases.revise_month import revise_month
from reporting.signoff.use_cases.sign_month import sign_month
from tenants.clock import market_now

_LISTED = 24


class MonthFigureOut(Out):
    metric = serializers.CharField(help_text="code of the city's dictionary")
    trade = serializers.CharField(help_text="empty: people of the whole county, who do not add up")
    value = serializers.IntegerField(help_text="in the metric's unit; money in fen")


class MonthDifferenceOut(Out):
    metric = serializers.CharField()
    trade = serializers.CharField()
    was = serializers.IntegerField()
    now = serializers.IntegerField()


class MonthVersionOut(Out):
    number = serializers.IntegerField()
    state = serializers.CharField(
        help_text="signed: the city decides; accepted: in force; returned; withdrawn; revised: replaced"
    )
    digest = serializers.CharField(help_text="SHA-256 of the signed document")
    intact = serializers.BooleanField(help_text="the stored document still has that digest")
    reason = serializers.CharField(help_text="why it was revised; empty for a first signature")
    signed_by = serializers.CharField()
    signed_at = serializers.DateTimeField()
    decided_by = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(help_text="the city's word on it")
    changes = OutList(child=MonthDifferenceOut(), help_text="against the version in force when it was signed")


class MonthOut(Out):
    month = serializers.CharField()
    digest = serializers.CharField(help_text="of the figures below; signing takes it")
    in_force = serializers.IntegerField(allow_null=True, help_text="number of the accepted version")
    waiting = serializers.IntegerField(allow_null=True, help_text="number of the version to be decided")
    freshness = serializers.CharField(help_text="fresh, behind or missing; only fresh figures are signed")
    waiting_facts = serializers.IntegerField(allow_null=True)
    folded_at = serializers.DateTimeField(allow_null=True)
    figures = OutList(child=MonthFigureOut())
    difference = OutList(
        child=MonthDifferenceOut(),
        help_text="what the figures have become since the version in force (else the waiting one) was signed",
    )
    versions = OutList(child=MonthVersionOut(), help_text="oldest first")


class MonthLineOut(Out):
    month = serializers.CharField()
    state = serializers.CharField(help_text="open, signed, accepted or returned")
    latest = serializers.IntegerField(allow_null=True)
    in_force = serializers.IntegerField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


def _named(month: date) -> str:
    return f"{month:%Y-%m}"


def _line(line: MonthLine) -> dict[str, Any]:
    return {
        "month": _named(line.month),
        "state": line.state,
        "latest": line.latest,
        "in_force": line.in_force,
        "signed_at": line.signed_at,
        "decided_at": line.decided_at,
    }


def _figures(figures: MonthFigures) -> list[dict[str, Any]]:
    document = figures.document()
    return [
        {"metric": metric, "trade": trade, "value": value}
        for metric, trade, value in (*document["sums"], *document["people"])
    ]


def _differences(found: Iterable[Difference]) -> list[Mapping[str, Any]]:
    return [{"metric": d.metric, "trade": d.trade, "was": d.was, "now": d.now} for d in found]


def _version(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "state": version.state,
        "digest": version.digest,
        "intact": version.intact,
        "reason": version.reason,
        "signed_by": version.signed_by,
        "signed_at": version.signed_at,
        "decided_by": version.decided_by,
        "decided_at": version.decided_at,
        "note": version.note,
        "changes": _differences(version.changes),
    }


def _month(found: SignedMonth) -> dict[str, Any]:
    return {
        "month": _named(found.month),
        "digest": found.now.digest,
        "in_force": found.in_force.number if found.in_force else None,
        "waiting": found.waiting.number if found.waiting else None,
        "freshness": found.freshness.state,
        "waiting_facts": found.freshness.waiting_facts,
        "folded_at": found.freshness.folded_at,
        "figures": _figures(found.now),
        "difference": _differences(found.difference),
        "versions": [_version(version) for version in found.versions],
    }


class _Months(IdentityAct):
    """Figures and signatures are public tables of the city, so no county transaction is opened around."""

    tag = "months"
    scope = store.READ


class ListMonths(_Months):
    """The last two years' months, newest first, with what became of each."""

    gives = MonthLineOut
    listed = True

    def decide(self, call: Call) -> Any:
        last = business_day(market_now()).replace(day=1)
        first = last
        for _ in range(_LISTED - 1):
            first = month_before(first)
        return [_line(line) for line in selectors.month_lines([call.county], first, last)]


class ReadMonth(_Months):
    """A month's figures as they are now, what was signed, and how the two differ.

    The address names the month like `2026-03`. The digest is what signing takes: whoever signs, signs
    exactly what this answer shows.
    """

    gives = MonthOut
    refuses = (MONTH_MALFORMED,)

    def decide(self, call: Call) -> Any:
        month = parse_month(call.path["month"])
        with one_moment():
            return _month(selectors.signed_month(call.county, month))


class SignMonthIn(In):
    digest = Raw(max_length=64, help_text="of the figures that were read: 64 hex digits")


class ReviseMonthIn(SignMonthIn):
    reason = Text(
        max_length=300, min_length=2, help_text="why the figures changed after the city had accepted"
    )


class _Sign(_Months):
    scope = store.SIGN
    in_closed = True  # a county signs its last months after it has closed
    gives = MonthVersionOut
    status = 201
    refuses: ClassVar[tuple[Refusal, ...]] = (
        MONTH_MALFORMED,
        MONTH_NOT_OVER,
        MONTH_BEHIND,
        MONTH_CHANGED,
        MONTH_ACCEPTED,
    )


class SignMonth(_Sign):
    """Sign a month that is over, for the city to accept.

    Refused while facts of the county wait to be counted. Signing the same figures again changes nothing;
    other figures take the place of a version that the city has not decided about.
    """

    takes = SignMonthIn
    example = {"digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}

    def decide(self, call: Call) -> Any:
        return _version(
            sign_month(
                county=call.county,
                month=parse_month(call.path["month"]),
                digest=call.data["digest"],
                actor=call.who,
                now=market_now(),
            )
        )


class ReviseMonth(_Sign):
    """Sign what an accepted month's figures have become since, with the reason.

    The accepted version stays in force until the city accepts the new one; all versions stay readable.
    """

    takes = ReviseMonthIn
    refuses = (*_Sign.refuses[:-1], MONTH_NOT_ACCEPTED, MONTH_UNCHANGED)
    example = {
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "reason": "3 月 30 日两笔订单补结算",
    }

    def decide(self, call: Call) -> Any:
        return _version(
            revise_month(
                county=call.county,
                month=parse_month(call.path["month"]),
                digest=call.data["digest"],
                reason=call.data["reason"],
                actor=call.who,
                now=market_now(),
            )
        )
