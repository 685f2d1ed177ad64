"""Which county a request means, and what may be opened."""

from __future__ import annotations

import pytest
from django.db import connections

from kernel.errors import DomainError
from tenants import catalogue, directory
from tenants.county import CountyRef, run_in_county
from tenants.provision import SANDBOX, CountySpec, sanming


def test_all_eleven_counties_and_a_sandbox(counties: dict[str, CountyRef]) -> None:
    assert sorted(ref.code for ref in counties.values() if not ref.sandbox) == [
        "350404",
        "350405",
        "350421",
        "350423",
        "350424",
        "350425",
        "350426",
        "350428",
        "350429",
        "350430",
        "350481",
    ]
    assert [ref.slug for ref in counties.values() if ref.sandbox] == [SANDBOX.slug]
    assert SANDBOX.slug not in {ref.slug for ref in directory.all_counties()}
    assert len(sanming()) == 11


def test_unknown_county_is_refused(counties: dict[str, CountyRef]) -> None:
    for slug in ("nowhere", "public", "c350428", "pg_catalog", ""):
        with pytest.raises(DomainError) as refusal:
            directory.by_slug(slug)
        assert refusal.value.code == "county_unknown"


def test_host_means_a_county(counties: dict[str, CountyRef]) -> None:
    assert directory.by_host("Jiangle.localhost") == counties["jiangle"]
    assert directory.by_host("localhost") is None


def test_the_map_costs_no_query(counties: dict[str, CountyRef]) -> None:
    directory.by_slug("jiangle")
    statements: list[str] = []

    def note(execute: object, sql: str, *rest: object) -> object:
        statements.append(sql)
        return execute(sql, *rest)  # type: ignore[operator]  # Django's wrapper protocol

    with connections["city"].execute_wrapper(note):  # type: ignore[arg-type]  # same
        for slug in counties:
            with run_in_county(directory.by_slug(slug)):
                pass
    assert statements == []


def test_trades(counties: dict[str, CountyRef]) -> None:
    assert catalogue.trade("welding").certificate == "special_operation:welding"
    assert catalogue.trade("housekeeping").certificate is None
    with pytest.raises(DomainError) as refusal:
        catalogue.trade("alchemy")
    assert (refusal.value.code, refusal.value.field) == ("trade_unknown", "trade")


@pytest.mark.parametrize(
    "change",
    [{"code": "35042"}, {"code": "35042x"}, {"slug": "api"}, {"slug": "Ä"}, {"min_wage_hour_fen": 0}],
)
def test_a_county_that_cannot_be_opened(change: dict[str, object], counties: dict[str, CountyRef]) -> None:
    from dataclasses import replace

    from tenants.provision import check

    good = CountySpec("350999", "newtown", "新县", "Newtown", 1, 1)
    assert "slug" in change or check(replace(good, **change)) is not None  # type: ignore[arg-type]  # by name
