"""The query page: complete without another host, usable by keyboard, in a real Chromium."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect

from kernel import facts
from kernel.ids import uuid7
from reporting.folder import fold_all
from tenants.county import run_in_county
from tenants.identity.totp import totp_code
from tests.doors.browser import need_chromium, served, visiting
from tests.identity.helpers import staff

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

KEEP = bool(os.environ.get("LINGGONG_KEEP_SCREENSHOTS"))  # docs/img is written only when asked for
VENDOR = "graphql/cityql/static/cityql/vendor"


def page(**headers: str):
    return Client().get("/graphql/", headers={"Accept": "text/html,*/*;q=0.8", **headers})


def test_the_page_is_for_browsers_and_holds_no_secret():
    response = page()
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)
    text = response.content.decode()
    assert "cityReport" not in text
    assert not re.search(r"""(src|href)\s*=\s*["'](https?:)?//""", text)
    assert 'lang="zh-CN"' in text
    assert 'lang="en"' in page(**{"Accept-Language": "en-GB"}).content.decode()
    assert "<html" not in Client().get("/graphql/", headers={"Accept": "application/json"}).content.decode()


def test_what_the_page_loads_is_served():
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page().content.decode()):
        response = Client().get(address)
        assert response.status_code == 200, address
        assert len(response.content) > 100


def test_files_of_others_are_the_ones_named(checkout):
    """LICENCES.md names each with version and sum; a file changed by hand would show."""
    folder = checkout / VENDOR
    table = (folder / "LICENCES.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| (\S+) \|.*`([0-9a-f]{64})` \|$", table, re.MULTILINE))
    assert set(named) == {path.name for path in folder.iterdir()} - {"LICENCES.md"}
    for name, digest in named.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def _settled(day: date, values: dict[str, int], *, person: str) -> None:
    subject, now = uuid7(), datetime.now(UTC)
    facts.record("order.settled", now=now, day=day, subject=subject, trade="sorting", values=values)
    facts.record(
        "place.paid",
        now=now,
        day=day,
        subject=subject,
        trade="sorting",
        person_key=person,
        role="worker",
        values={"wage_fen": values["wage_fen"]},
    )


def _a_month_to_look_at(counties) -> None:
    """Some April of 2025, for the picture in the docs."""
    seen = {"jiangle": (160, 122), "youxi": (96, 51), "shaxian": (203, 160), "sanyuan": (131, 118)}
    for slug, county in counties.items():
        orders, insured = seen.get(slug, (40, 27))
        with run_in_county(county):
            for n in range(orders):
                day, values = date(2025, 4, 1) + timedelta(days=n % 30), {"orders": 1, "places": 1}
                values |= {"wage_fen": 30_000, "insured_orders": int(n < insured)}
                _settled(day, values, person=f"{slug}{n % 50}")
        fold_all(county)


@pytest.mark.browser
def test_a_city_administrator_signs_in_and_asks_by_keyboard(counties, checkout):
    need_chromium()
    phone, made = staff("city_admin", None)
    if KEEP:
        _a_month_to_look_at(counties)
    with served() as site, visiting(site) as visit:
        one = visit.page
        one.goto(f"{site}/graphql/")
        one.get_by_label("手机号").fill(phone)
        one.keyboard.press("Enter")
        one.get_by_label("短信验证码").wait_for()
        sms = one.request.get(f"{site}/_allauth/sandbox/sms", params={"phone": phone}).json()["data"][0]
        one.keyboard.type(sms["code"])
        one.keyboard.press("Enter")
        one.get_by_label("动态口令").wait_for()
        one.keyboard.type(totp_code(made.totp_secret))
        one.keyboard.press("Enter")
        expect(one.get_by_role("button", name="退出")).to_be_visible()

        one.get_by_role("region", name="Query Editor").locator(".CodeMirror").click()
        one.keyboard.press("Control+Enter")
        answer = one.locator(".result-window .CodeMirror")
        expect(answer).to_contain_text("insuredSharePercent")
        expect(answer).to_contain_text("三元区")  # the first county; what is below is not yet scrolled to
        expect(answer).not_to_contain_text("errors")

        one.get_by_role("button", name="Documentation Explorer").click()
        expect(one.locator(".graphiql-doc-explorer")).to_contain_text("Query")
        if KEEP:
            one.wait_for_timeout(500)
            one.screenshot(path=checkout / "docs" / "img" / "graphiql.png")

        one.get_by_role("region", name="Query Editor").locator(".CodeMirror").click()
        one.keyboard.press("Control+A")
        one.keyboard.insert_text("query CityReport { counties { slug nothing } }")
        one.get_by_role("button", name="Execute query").click()
        expect(answer).to_contain_text("graphql_invalid")

        one.get_by_role("button", name="退出").click()
        expect(one.get_by_label("手机号")).to_be_visible()
        assert one.evaluate("sessionStorage.length") == 0
        assert visit.foreign == []
        assert [said for said in visit.complaints if "Failed to load resource" not in said] == []
