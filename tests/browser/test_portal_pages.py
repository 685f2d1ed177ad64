"""The portal's addresses without a browser: who gets which page, and under which policy."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from portal import language, views
from portal.map import city_map
from tenants import directory
from tests.browser.conftest import QUERY
from tests.identity.helpers import log_in, new_phone, sign_up, staff

pytestmark = pytest.mark.usefixtures("counties")


def get(path: str = "/city/", *, session: str | None = None, **headers: str):
    client = Client()
    if session is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client.get(path, headers=headers)


def handed(text: str):
    [told] = re.findall(r'<script id="handed" type="application/json">(.*?)</script>', text)
    return json.loads(told)


def test_a_stranger_is_asked_to_sign_in_and_learns_nothing_else():
    response = get(f"/city/?{QUERY}")
    text = response.content.decode()
    assert response.status_code == 200
    assert 'id="sign-in"' in text
    assert "将乐" not in text
    assert "handed" not in text
    assert response["Cache-Control"] == "no-store"
    assert settings.CSRF_COOKIE_NAME in response.cookies, "the first step of the login needs the token"


def test_people_of_the_city_get_the_page(session_of):
    for role in ("city_admin", "city_analyst"):
        response = get(session=session_of(role))
        text = response.content.decode()
        assert response.status_code == 200
        told = handed(text)
        assert [county["slug"] for county in told["counties"]] == [
            ref.slug for ref in directory.all_counties()
        ]
        assert told["mayClose"] is (role == "city_admin")
        assert len(re.findall(r'class="county" role="button"', text)) >= 11
        assert "三明市" in text


def test_a_worker_and_staff_of_a_county_hear_why_not(counties):
    phone, made = staff("county_admin", counties["jiangle"])
    for session in (log_in(phone, totp_secret=made.totp_secret), sign_up(new_phone())):
        response = get(session=session)
        text = response.content.decode()
        assert response.status_code == 403
        assert "无权" in text
        assert 'id="sign-out"' in text
        assert "将乐" not in text


def test_a_session_without_the_one_time_password_is_not_enough(counties):
    """The role is given later than the login: then TOTP has not been passed in this session."""
    phone = new_phone()
    session = sign_up(phone)
    assert get(session=session).status_code == 403
    assert get(session="a" * 32).status_code == 200, "a made-up session is a stranger's"
    assert 'id="sign-in"' in get(session="a" * 32).content.decode()


@pytest.mark.parametrize("who", ["stranger", "city_admin"])
def test_every_page_forbids_foreign_and_inline_code(who, session_of):
    response = get(session=None if who == "stranger" else session_of(who))
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert not re.search(r"https?:|\*|unsafe", policy)
    assert "frame-ancestors 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    text = response.content.decode()
    assert not re.search(r"\son\w+=|style=|javascript:", text)
    assert not re.search(r"""(src|href)\s*=\s*["'](https?:)?//""", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag, tag


@pytest.mark.parametrize("who", ["stranger", "city_admin"])
def test_what_a_page_loads_is_served(who, session_of):
    text = get(session=None if who == "stranger" else session_of(who)).content.decode()
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', text)
    assert any(file.endswith(".css") for file in files)
    assert any(file.endswith(".js") for file in files)
    for file in files:
        assert get(file).status_code == 200, file
    for module in Path(views.__file__).parent.glob("static/portal/*.js"):
        for other in re.findall(r'from "\./([\w-]+\.js)"', module.read_text(encoding="utf-8")):
            assert get(f"/static/portal/{other}").status_code == 200, other


def test_an_address_without_its_slash_keeps_its_filters():
    response = get("/city?metric=wages_fen&wall=1")
    assert (response.status_code, response["Location"]) == (302, "/city/?metric=wages_fen&wall=1")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(method):
    assert getattr(Client(), method)("/city/").status_code == 405


def test_the_language_is_the_addresses_then_the_last_one_then_the_browsers():
    assert 'lang="zh-CN"' in get().content.decode()
    assert 'lang="en"' in get(**{"Accept-Language": "en-GB,zh;q=0.5"}).content.decode()
    client = Client()
    assert 'lang="en"' in client.get("/city/?lang=en").content.decode()
    assert 'lang="en"' in client.get("/city/").content.decode(), "it was remembered"
    assert 'lang="zh-CN"' in client.get("/city/?lang=zh").content.decode()
    assert 'lang="zh-CN"' in client.get("/city/?lang=xx").content.decode()


def test_both_languages_say_everything():
    pairs = json.loads((Path(language.__file__).parent / "data" / "texts.json").read_text(encoding="utf-8"))
    for name, (zh, en) in pairs.items():
        assert zh.strip(), name
        assert en.strip(), name
        assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)), name


def test_every_text_that_a_script_or_page_asks_for_exists():
    known = set(language.texts("zh"))
    folder = Path(views.__file__).parent
    asked = set()
    for script in folder.glob("static/portal/*.js"):
        asked |= set(re.findall(r'\bt\("([\w-]+)"', script.read_text(encoding="utf-8")))
    for page in folder.glob("templates/portal/*.html"):
        asked |= set(re.findall(r"\bt\.(\w+)", page.read_text(encoding="utf-8")))
    assert len(asked) > 50
    assert asked <= known
    assert "nothing_of_the_kind" not in known


def test_the_drawing_library_is_the_wheels_own_packed_and_kept():
    address = f"/city/charts/{views.CHARTS}"
    packed = get(address, **{"Accept-Encoding": "gzip, br"})
    plain = get(address)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert b"plotly.js v" in plain.content[:200]
    assert "immutable" in plain["Cache-Control"]
    assert get(address, **{"If-None-Match": plain["ETag"]}).status_code == 304
    assert get("/city/charts/plotly-0.0.0.min.js").status_code == 404
    assert get("/city/charts/..%2fviews.py").status_code == 404


def test_counties_without_an_outline_are_named_beside_the_map(counties):
    refs = directory.all_counties()
    known = city_map(refs, lang="zh")
    assert {shape.slug for shape in known.shapes} >= {"jiangle", "sanyuan"}
    assert all(re.fullmatch(r"(M[\d.-]+ [\d.-]+(l[\d.-]+ [\d.-]+)+Z)+", shape.path) for shape in known.shapes)
    assert {shape.label for shape in city_map(refs, lang="en").shapes} >= {"Jiangle", "Yong'an"}
    stranger = replace(refs[0], code="350402", slug="meilie", name="梅列区")
    assert [ref.slug for ref in city_map([*refs, stranger], lang="zh").elsewhere][-1] == "meilie"


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'])
def test_names_on_the_map_can_be_read_on_every_step_of_its_colours(theme):
    sheet = (Path(views.__file__).parent / "static" / "portal" / "page.css").read_text(encoding="utf-8")
    block = sheet.split(theme + " {", 1)[1].split("}", 1)[0]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    for step in range(6):
        assert contrast(colours[f"on-{step}"], colours[f"ramp-{step}"]) >= 4.5, step
    for ink, ground in (
        ("ink", "panel"),
        ("soft", "panel"),
        ("ink", "ground"),
        ("soft", "ground"),
        ("ink", "bar"),
    ):
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert contrast("#777777", "#ffffff") < 4.5 < contrast("#767676", "#ffffff")
