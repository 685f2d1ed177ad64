"""The metric dictionary and the arithmetic on it, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from reporting.aggregate import FactRow, Sums
from reporting.contracts import Figures, FillQuantile, MetricKind
from reporting.dictionary import dictionary
from reporting.metrics import (
    BALANCES,
    BY_CODE,
    METRICS,
    PEOPLE,
    QUANTILES,
    RATIOS,
    Balance,
    Ratio,
    fill_code,
)
from reporting.models import PersonDay, Rollup
from reporting.selectors import _quantile

KINDS = {
    "order.published",
    "order.settled",
    "order.cancelled",
    "order.expired",
    "order.no_show",
    "place.filled",
    "place.paid",
    "person.registered",
    "withdrawal.paid",
    "policy.issued",
    "policy.refused",
    "policy.timed_out",
    "policy.amended",
    "policy.cancelled",
    "claim.reported",
    "claim.decided",
    "claim.overdue",
    "claim.paid",
    "certificate.submitted",
    "certificate.approved",
    "certificate.rejected",
    "certificate.revoked",
    "certificate.expiring",
    "escrow.moved",
    "order.completed",
    "place.finished",
    "place.freed",
    "place.taken_over",
}


def fact(kind: str, *, role: str = "", person_key: str = "", **values: int) -> FactRow:
    return FactRow(
        kind=kind,
        day=date(2026, 3, 1),
        trade="sorting",
        station="",
        person_key=person_key,
        role=role,
        values=values,
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def summed(*facts: FactRow) -> dict[str, int]:
    sums = Sums()
    for each in facts:
        sums.add(each)
    return {code: value for (_day, _trade, _town, _station, code), value in sums.rollups.items()}


def test_the_dictionary_is_complete():
    codes = [metric.code for metric in METRICS] + [people.code for people in PEOPLE]
    assert len(set(codes)) == len(codes)
    assert {metric.kind for metric in METRICS} | {kind for one in PEOPLE for kind in one.kinds} == KINDS
    for metric in METRICS:
        for text in (metric.zh, metric.en, metric.formula, metric.event, metric.day_cut, metric.unit):
            assert text.strip(), metric.code
    for people in PEOPLE:
        assert people.zh
        assert people.en
        assert people.event
    Rollup(metric=max(BY_CODE, key=len)).clean_fields(
        exclude=["county_id", "day", "trade", "town", "station", "value"]
    )
    PersonDay(role=max((p.code for p in PEOPLE), key=len)).clean_fields(
        exclude=["county_id", "day", "trade", "person_key"]
    )


def test_the_city_report_shows_only_what_the_dictionary_has():
    shown = {name for name in Figures.__dataclass_fields__ if not name.startswith("fill_")}
    assert shown <= set(BY_CODE) | {people.code for people in PEOPLE}


def test_every_entry_of_the_dictionary_says_what_it_is():
    entries = dictionary()
    assert len({entry.code for entry in entries}) == len(entries)
    assert {entry.kind for entry in entries} == set(MetricKind)
    for entry in entries:
        for name in ("unit", "zh", "en", "formula", "event", "day_cut", "group_zh", "group_en"):
            assert getattr(entry, name).strip(), (entry.code, name)
        assert entry.good in (-1, 0, 1)
    named = {code for one in (*RATIOS, *BALANCES) for code in _parts(one)}
    assert named <= set(BY_CODE), "what is made of metrics is made of declared ones"
    buckets = {code for one in QUANTILES for code in one.buckets.codes}
    assert buckets <= set(BY_CODE)
    assert not buckets & {entry.code for entry in entries}, "a bucket is no figure to ask for"


def _parts(one: Ratio | Balance) -> set[str]:
    return {*one.part, *one.whole} if isinstance(one, Ratio) else set(one.flows)


def test_a_settled_order_adds_each_of_its_values():
    sums = summed(
        fact(
            "order.settled",
            orders=1,
            places=3,
            wage_fen=90_000,
            insured_orders=1,
            insured_places=2,
            fee_fen=900,
            premium_fen=800,
        )
    )
    assert sums == {
        "orders_settled": 1,
        "places_settled": 3,
        "wages_fen": 90_000,
        "insured_orders": 1,
        "insured_places": 2,
        "fees_fen": 900,
        "premiums_fen": 800,
    }


def test_premiums_by_who_pays_them():
    sums = summed(
        fact("policy.issued", premium_fen=400, basic=0),
        fact("policy.issued", premium_fen=500, basic=0),
        fact("policy.issued", premium_fen=300, basic=1),
        fact("policy.amended", extra_fen=400, basic=0),
        fact("policy.amended", extra_fen=-50, basic=0),
        fact("policy.cancelled", refund_fen=500),
        fact("policy.cancelled", refund_fen=0),
        fact("policy.refused"),
        fact("policy.timed_out"),
    )
    assert sums == {
        "policies_issued": 3,
        "basic_places": 1,
        "fund_premiums_fen": 300,
        "employer_premiums_fen": 900,
        "premiums_amended_fen": 350,
        "policies_amended": 2,
        "policies_cancelled": 2,
        "premiums_refunded_fen": 500,
        "policies_refused": 1,
        "policies_timed_out": 1,
    }


def test_claims_are_counted_as_they_are_decided_and_paid():
    sums = summed(
        *[fact("claim.reported", claims=1, injured=1)] * 3,
        fact("claim.overdue", claims=1),
        fact("claim.decided", accepted=1, amount_fen=80_000),
        fact("claim.decided", accepted=0, amount_fen=0),
        fact("claim.paid", amount_fen=50_000),
        fact("claim.paid", amount_fen=30_000),
    )
    assert sums == {
        "claims_reported": 3,
        "claims_overdue": 1,
        "claims_accepted": 1,
        "claims_rejected": 1,
        "claims_accepted_fen": 80_000,
        "claims_paid": 2,
        "claims_paid_fen": 80_000,
    }


def test_the_loss_ratio_is_of_premiums_kept_and_of_no_small_cell():
    figures = Figures(
        policies_issued=5,
        fund_premiums_fen=1_000,
        employer_premiums_fen=3_000,
        premiums_amended_fen=500,
        premiums_refunded_fen=500,
        claims_accepted_fen=3_001,
    )
    assert figures.loss_ratio_bp == 7_503, "7502.5, half up"
    assert replace(figures, policies_issued=4).loss_ratio_bp is None
    assert replace(figures, premiums_refunded_fen=4_500).loss_ratio_bp is None
    assert replace(figures, claims_accepted_fen=0).loss_ratio_bp == 0
    assert replace(figures, claims_accepted_fen=8_000).loss_ratio_bp == 20_000


def test_roles_and_people():
    sums = Sums()
    for each in (
        fact("person.registered", role="worker", person_key="a"),
        fact("place.paid", role="worker", person_key="a", wage_fen=1),
        fact("place.paid", role="worker", person_key="a", wage_fen=1),
        fact("place.paid", role="worker", wage_fen=1),
    ):
        sums.add(each)
    assert {key[4]: value for key, value in sums.rollups.items()} == {
        "workers_registered": 1,
        "places_paid": 3,
    }
    assert sums.people == {
        (date(2026, 3, 1), "workers", "sorting", "a"),
        (date(2026, 3, 1), "workers_active", "sorting", "a"),
    }


def test_a_fact_nobody_counts_only_passes():
    sums = Sums()
    sums.add(fact("station.opened", stations=1))
    assert (sums.facts, dict(sums.rollups)) == (1, {})


@given(st.integers(min_value=-5, max_value=2_000_000))
def test_every_fill_time_falls_in_exactly_one_bucket(seconds):
    sums = summed(fact("place.filled", fill_seconds=seconds))
    assert sums.pop("places_filled") == 1
    assert list(sums.values()) == [1]


@given(st.lists(st.integers(min_value=0, max_value=1_000_000), min_size=1, max_size=60), st.integers(1, 100))
def test_quantiles_bound_the_true_value(times, percent):
    true = sorted(times)[-(-len(times) * percent // 100) - 1]
    quantile = _quantile(summed(*(fact("place.filled", fill_seconds=t) for t in times)), percent)
    assert quantile is not None
    assert quantile.more_than < true or (quantile.more_than, true) == (0, 0)
    assert quantile.at_most is None or true <= quantile.at_most


def test_no_fills_no_quantile():
    assert _quantile({}, 50) is None
    assert _quantile({fill_code(5): 1}, 95) == FillQuantile(more_than=2, at_most=5)


def test_shares_are_exact_to_the_basis_point():
    assert Figures(orders_settled=160, insured_orders=122).insured_orders_bp == 7_625
    assert Figures(places_settled=279, insured_places=221).insured_places_bp == 7_921
    assert Figures().insured_orders_bp is None
