"""A month's life: read, signed, sent back, accepted, changed by late facts, revised."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connections, transaction

from kernel.actor import Actor, Channel
from kernel.errors import DomainError
from reporting.folder import fold_all
from reporting.moment import one_moment
from reporting.signoff import selectors
from reporting.signoff.contracts import Difference, MonthState
from reporting.signoff.models import MonthChange, MonthVersion
from reporting.signoff.rules import last_day, next_month, parse_month
from reporting.signoff.states import VersionState
from reporting.signoff.use_cases.accept_month import accept_month
from reporting.signoff.use_cases.return_month import return_month
from reporting.signoff.use_cases.revise_month import revise_month
from reporting.signoff.use_cases.sign_month import sign_month
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.signoff.conftest import settle


def person(*scopes: str) -> Actor:
    return Actor(
        user_id=uuid.uuid4(),
        scopes=frozenset(scopes),
        roles=frozenset(),
        channel=Channel.API,
        request_id="r1",
    )


COUNTY_ADMIN = person("months:sign", "months:read")
CITY_ADMIN = person("city:sign", "city:read")


@pytest.fixture
def county(counties) -> CountyRef:
    return counties["jianning"]


def read(county: CountyRef, month: date):
    with one_moment():
        return selectors.signed_month(county, month)


def sign(county, month, after, *, actor=COUNTY_ADMIN):
    fold_all(county)
    return sign_month(
        county=county, month=month, digest=read(county, month).now.digest, actor=actor, now=after
    )


def refused(code: str):
    return pytest.raises(DomainError, match=code)


def test_a_month_is_signed_accepted_and_frozen(county, month, after):
    settle(county, month, wage_fen=30_000, person="p1" * 16)
    settle(county, last_day(month), wage_fen=5_000, person="p1" * 16, trade="sorting")
    settle(county, next_month(month), wage_fen=77_000)  # another month's

    signed = sign(county, month, after)
    assert (signed.number, signed.state) == (1, VersionState.SIGNED)
    assert signed.figures.sums["wages_fen", "moving"] == 30_000
    assert signed.figures.sums["wages_fen", "sorting"] == 5_000
    assert signed.figures.people["workers", "moving"] == 1
    assert signed.figures.people["workers", ""] == 1, "one person in two trades"

    accepted = accept_month(county=county, month=month, version=1, actor=CITY_ADMIN, now=after)
    assert accepted.state is VersionState.ACCEPTED
    assert accepted.decided_by == CITY_ADMIN.key

    settle(county, month, wage_fen=1)
    found = read(county, month)
    assert found.in_force is not None
    assert found.in_force.figures.sums["wages_fen", "moving"] == 30_000
    assert Difference("wages_fen", "moving", 30_000, 30_001) in found.difference
    assert Difference("workers", "", 1, 2) in found.difference


def test_a_revision_lists_what_changed_and_replaces_the_old_version_once_accepted(county, month, after):
    settle(county, month, wage_fen=100)
    sign(county, month, after)
    accept_month(county=county, month=month, version=1, actor=CITY_ADMIN, now=after)
    digest = read(county, month).now.digest
    with refused("month_unchanged"):
        revise_month(county=county, month=month, digest=digest, reason="补录", actor=COUNTY_ADMIN, now=after)
    settle(county, month, wage_fen=11)
    digest = read(county, month).now.digest
    with refused("month_accepted"):
        sign_month(county=county, month=month, digest=digest, actor=COUNTY_ADMIN, now=after)
    with refused("text_length"):
        revise_month(county=county, month=month, digest=digest, reason="", actor=COUNTY_ADMIN, now=after)
    second = revise_month(
        county=county, month=month, digest=digest, reason="补结算一单", actor=COUNTY_ADMIN, now=after
    )
    assert (second.number, second.reason) == (2, "补结算一单")
    assert Difference("wages_fen", "moving", 100, 111) in second.changes
    between = read(county, month)
    assert between.in_force is not None
    assert between.waiting is not None
    assert (between.in_force.number, between.waiting.number) == (1, 2)

    accept_month(county=county, month=month, version=2, actor=CITY_ADMIN, now=after)
    found = read(county, month)
    assert [version.state for version in found.versions] == ["revised", "accepted"]
    assert found.versions[0].figures.sums["wages_fen", "moving"] == 100, "every version stays readable"
    assert found.difference == ()


def test_a_returned_month_is_signed_anew(county, month, after):
    settle(county, month)
    sign(county, month, after)
    with refused("text_length"):
        return_month(county=county, month=month, version=1, reason=" ", actor=CITY_ADMIN, now=after)
    back = return_month(
        county=county, month=month, version=1, reason="缺 3 日数据", actor=CITY_ADMIN, now=after
    )
    assert (back.state, back.note) == (VersionState.RETURNED, "缺 3 日数据")
    with refused("stale_state"):
        accept_month(county=county, month=month, version=1, actor=CITY_ADMIN, now=after)
    again = sign(county, month, after)
    assert (again.number, again.state) == (2, VersionState.SIGNED)


def test_figures_that_changed_before_the_citys_word_take_the_place_of_the_waiting_ones(county, month, after):
    settle(county, month)
    first = sign(county, month, after)
    assert sign(county, month, after).number == first.number, "the same figures are signed once"
    settle(county, month)
    second = sign(county, month, after)
    assert second.number == 2
    assert [version.state for version in read(county, month).versions] == ["withdrawn", "signed"]
    with refused("stale_state"):
        accept_month(county=county, month=month, version=1, actor=CITY_ADMIN, now=after)
    accepted = accept_month(county=county, month=month, version=2, actor=CITY_ADMIN, now=after)
    assert accepted == accept_month(county=county, month=month, version=2, actor=CITY_ADMIN, now=after)


def test_an_accepted_version_is_not_lost_when_an_old_one_is_accepted_by_mistake(county, month, after):
    settle(county, month)
    sign(county, month, after)
    return_month(county=county, month=month, version=1, reason="再核", actor=CITY_ADMIN, now=after)
    sign(county, month, after)
    accept_month(county=county, month=month, version=2, actor=CITY_ADMIN, now=after)
    with refused("stale_state"):
        accept_month(county=county, month=month, version=1, actor=CITY_ADMIN, now=after)
    in_force = read(county, month).in_force
    assert in_force is not None
    assert in_force.number == 2


def test_what_was_not_read_is_not_signed(county, month, after):
    settle(county, month)
    digest = read(county, month).now.digest
    settle(county, month)
    with refused("month_changed"):
        sign_month(county=county, month=month, digest=digest, actor=COUNTY_ADMIN, now=after)
    assert read(county, month).versions == ()


def test_a_month_is_signed_only_when_it_is_over_and_complete(county, month, after):
    fold_all(county)
    digest = read(county, month).now.digest
    shanghai_midnight = after.replace(
        year=next_month(month).year, month=next_month(month).month, day=1, hour=0
    ) - timedelta(hours=8)
    with refused("month_not_over"):
        sign_month(
            county=county,
            month=month,
            digest=digest,
            actor=COUNTY_ADMIN,
            now=shanghai_midnight - timedelta(seconds=1),
        )
    settle(county, month, fold=False)
    with refused("month_behind"):
        sign_month(county=county, month=month, digest=digest, actor=COUNTY_ADMIN, now=after)
    fold_all(county)
    signed = sign_month(
        county=county,
        month=month,
        digest=read(county, month).now.digest,
        actor=COUNTY_ADMIN,
        now=shanghai_midnight,
    )
    assert signed.state is VersionState.SIGNED


def test_a_folder_that_stands_still_stops_signing(county, month, after):
    settle(county, month)
    digest = read(county, month).now.digest
    with run_in_county(county, login="folder"), connections["folder"].cursor() as cursor:
        cursor.execute(
            "UPDATE public.reporting_freshness SET folded_at = folded_at - interval '2 minutes' "
            "WHERE county_id = %s",
            [county.id],
        )
    with refused("month_behind"):
        sign_month(county=county, month=month, digest=digest, actor=COUNTY_ADMIN, now=after)


def test_scopes_and_the_second_person(county, month, after):
    both = person("months:sign", "city:sign")
    settle(county, month)
    for scopes in ((), ("months:read",), ("city:sign",)):
        with refused("forbidden"):
            sign(county, month, after, actor=person(*scopes))
    sign(county, month, after, actor=both)
    for verb, word in ((accept_month, "note"), (return_month, "reason")):
        with refused("month_own_signature"):
            verb(county=county, month=month, version=1, actor=both, now=after, **{word: "好的"})
        with refused("forbidden"):
            verb(county=county, month=month, version=1, actor=COUNTY_ADMIN, now=after, **{word: "好的"})
    with refused("month_version_unknown"):
        accept_month(county=county, month=month, version=9, actor=CITY_ADMIN, now=after)
    with refused("month_version_unknown"):
        accept_month(county=county, month=date(2099, 1, 1), version=1, actor=CITY_ADMIN, now=after)


def test_every_move_leaves_who_when_and_what(county, month, after):
    settle(county, month)
    sign(county, month, after)
    accept_month(county=county, month=month, version=1, note="同意", actor=CITY_ADMIN, now=after)
    rows = MonthChange.objects.filter(version__month__county_id=county.id, version__month__month=month)
    assert list(rows.order_by("id").values_list("frm", "to", "actor", "note", "request_id", "at")) == [
        ("", "signed", COUNTY_ADMIN.key, "", "r1", after),
        ("signed", "accepted", CITY_ADMIN.key, "同意", "r1", after),
    ]


def test_documents_cannot_be_changed_and_a_forged_one_is_not_accepted(county, month, after, monkeypatch):
    settle(county, month)
    sign(county, month, after)
    for sql in (
        "UPDATE signoff_monthversion SET document = '{}'",
        "DELETE FROM signoff_monthversion",
        "UPDATE signoff_monthchange SET actor = ''",
        "UPDATE signoff_monthversion SET signed_by = ''",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(using="city"),
            connections["city"].cursor() as cursor,
        ):
            cursor.execute(sql)
    monkeypatch.setattr("reporting.signoff.use_cases._deciding.digest_of", lambda _document: "0" * 64)
    with refused("month_not_intact"):
        accept_month(county=county, month=month, version=1, actor=CITY_ADMIN, now=after)


def test_two_who_sign_at_once_make_one_version(county, month, after):
    settle(county, month)
    digest = read(county, month).now.digest

    def one(_n: int) -> int:
        try:
            return sign_month(county=county, month=month, digest=digest, actor=COUNTY_ADMIN, now=after).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(one, range(6))) == {1}
    assert MonthVersion.objects.filter(month__county_id=county.id, month__month=month).count() == 1


def test_the_list_names_unsigned_months_too(counties, county, month, after):
    other = counties["yongan"]
    settle(county, month)
    sign(county, month, after)
    lines = selectors.month_lines([county, other], month, month)
    assert [(line.county.slug, line.state, line.latest) for line in lines] == [
        (county.slug, MonthState.SIGNED, 1),
        (other.slug, MonthState.OPEN, None),
    ]
    only_open = selectors.month_lines([county, other], month, month, states=[MonthState.OPEN])
    assert [line.county.slug for line in only_open] == [other.slug]
    with refused("month_range"):
        selectors.month_lines([county], date(2000, 1, 1), date(2003, 1, 1))
    with refused("month_range"):
        selectors.month_lines([county], date(2000, 2, 1), date(2000, 1, 1))


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-1", "202603", "2026-03-01", "٢٠٢٦-٠٣", "", "1999-01", "2026-00"]
)
def test_months_are_written_one_way(text):
    with refused("month_malformed"):
        parse_month(text)
    assert parse_month("2026-03") == date(2026, 3, 1)
