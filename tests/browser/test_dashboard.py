"""The city's dashboard in a real Chromium: right numbers, by mouse and keyboard, in every size and colour."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from kernel import facts
from kernel.ids import uuid7
from reporting.contracts import Dimension, FigureQuery
from reporting.figures import figures
from reporting.folder import fold_all, fold_county
from reporting.watch import store
from reporting.watch.contracts import Finding, Rule
from reporting.watch.finders.late_payout import OVERDUE
from reporting.watch.models import AlertChange
from tenants import directory
from tenants.county import run_in_county
from tenants.identity.totp import totp_code
from tests.browser.conftest import KEEP, MONTH, QUERY, Dashboard, looking, meanwhile
from tests.doors.browser import need_chromium, served, visiting
from tests.identity.helpers import staff

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("played")]


def in_april(played):
    return [done for done in played if MONTH[0] <= done.day <= MONTH[1]]


def address(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def picture(board: Dashboard, checkout, name: str, *, full: bool = False) -> None:
    if KEEP:
        board.page.wait_for_timeout(700)  # until colours have faded over
        board.page.screenshot(path=checkout / "docs" / "img" / f"{name}.png", full_page=full)


def fold_for_picture() -> None:
    """No folder runs beside these tests, so after a minute every county would be shown as behind."""
    if KEEP:
        for county in directory.all_counties():
            fold_all(county)


def lower_edge(page: Page, selector: str) -> float:
    """How far down an element reaches, in pixels."""
    box = page.locator(selector).bounding_box()
    assert box is not None, selector
    return box["y"] + box["height"]


def no_faults(page: Page) -> None:
    """What axe finds. It takes the boxes of neighbouring counties for the ground of names on the map, and
    so those colours are measured in `test_names_on_the_map_can_be_read_on_every_step_of_its_colours`."""
    found = Axe().run(page, context={"exclude": [["#map .label"]]})
    assert found.violations_count == 0, found.generate_report()


def clean(board: Dashboard) -> None:
    """Nothing was asked of another site, and the browser had nothing to complain of."""
    assert board.foreign == []
    assert board.complaints == []


def test_signing_in_leads_to_the_page_that_was_asked_for(counties, checkout):
    need_chromium()
    phone, made = staff("city_admin", None)
    with served() as site, visiting(site) as visit:
        one = visit.page
        one.goto(f"{site}/city/?{QUERY}&metric=wages_fen")
        expect(one.get_by_label("手机号")).to_be_focused()
        no_faults(one)
        if KEEP:
            one.screenshot(path=checkout / "docs" / "img" / "city-sign-in.png")
        one.keyboard.type(phone)
        one.keyboard.press("Enter")
        one.get_by_label("短信验证码").wait_for()
        one.keyboard.type("000000")
        one.keyboard.press("Enter")
        expect(one.get_by_role("alert")).not_to_be_empty()
        sms = one.request.get(f"{site}/_allauth/sandbox/sms", params={"phone": phone}).json()["data"][0]
        one.get_by_label("短信验证码").fill(sms["code"])
        one.keyboard.press("Enter")
        one.get_by_label("动态口令").wait_for()
        one.keyboard.type(totp_code(made.totp_secret))
        one.keyboard.press("Enter")
        expect(one.locator('[data-metric="wages_fen"][aria-pressed="true"]')).to_be_visible()
        assert address(one)["metric"] == "wages_fen"
        assert one.evaluate("Object.keys(sessionStorage).length + Object.keys(localStorage).length") == 0
        assert "linggong_session" not in one.evaluate("document.cookie"), "scripts cannot read the session"
        one.get_by_role("button", name="退出", exact=True).click()
        expect(one.get_by_label("手机号")).to_be_visible()
        one.goto(f"{site}/city/")
        expect(one.get_by_label("手机号")).to_be_visible()
        assert visit.foreign == []
        assert [said for said in visit.complaints if "Failed to load resource" not in said] == []


def test_the_numbers_are_the_played_ones_in_tiles_map_ranking_trades_and_line(played, session_of, checkout):
    april = in_april(played)
    by_county, by_trade, by_day = Counter[str](), Counter[str](), Counter[str]()
    for done in april:
        by_county[done.county.name] += done.orders
        by_trade[done.trade] += done.orders
        by_day[done.day.isoformat()] += done.orders
    total = sum(by_county.values())
    asked = FigureQuery(*MONTH, metrics=("wages_fen", "fill_rate_bp"), group_by=(Dimension.COUNTY,))
    shares = {row.county: row.values[1].value for row in figures(asked).rows}
    with looking(session_of("city_admin")) as board:
        board.open()
        page = board.page
        expect(board.tile("orders_settled").locator(".tile-value")).to_have_text(f"{total:,}")
        rows = page.locator("#ranking-table tbody tr")
        ranked = [
            (row.locator("th").inner_text(), row.locator(".figure").first.inner_text()) for row in rows.all()
        ]
        assert [name.split()[0] for name, _ in ranked][:3] == [name for name, _ in by_county.most_common(3)]
        assert {name.split()[0]: value for name, value in ranked} == {
            name: f"{orders:,}" for name, orders in by_county.items()
        }
        expect(page.locator("#ranking-table tfoot .figure").first).to_have_text(f"{total:,}")
        for shape in page.locator("#map .county").all():
            said = shape.get_attribute("aria-label") or ""
            assert f"，{by_county[shape.get_attribute('data-name') or '']:,}，" in said
        trades = [row.locator(".figure").inner_text() for row in page.locator("#trades-table tbody tr").all()]
        assert trades == [f"{orders:,}" for _, orders in by_trade.most_common()]
        page.get_by_role("button", name="以表格显示").click()
        line = page.locator("#series-table tbody tr")
        expect(line).to_have_count(30)
        assert {
            row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in line.all()
        } == {day: f"{orders:,}" for day, orders in by_day.items()}
        expect(page.locator("#series-chart")).to_be_hidden()
        page.get_by_role("button", name="以表格显示").click()
        expect(page.locator("#series-chart .main-svg").first).to_be_visible()
        picture(board, checkout, "city-1366")

        board.tile("fill_rate_bp").click()
        board.drawn()
        assert address(page)["metric"] == "fill_rate_bp"
        jiangle = page.locator('#map [data-label="jiangle"]')
        expect(jiangle.locator(".county-value")).to_have_text(f"{(shares['jiangle'] or 0) / 100:.1f}%")
        page.locator("#about summary").click()
        expect(page.locator("#about-list")).to_contain_text("places_posted")
        expect(page.locator("#about-list")).to_contain_text("Asia/Shanghai")
        clean(board)


def test_only_kept_documents_are_sent_so_an_analyst_needs_no_other(session_of, settings):
    settings.LINGGONG_GRAPHQL_PERSISTED_ONLY = True
    with looking(session_of("city_analyst")) as board:
        board.open(f"{QUERY}&counties=jiangle,youxi&compare=year&cumulative=1")
        expect(board.page.locator("#ticker li").first).to_be_visible()
        expect(board.page.locator("#watch li").first).to_be_visible()
        assert {document["documentId"] for document in board.sent} == {
            "portal-page", "portal-figures", "portal-ticker", "portal-watch",
        }  # fmt: skip
        assert all(set(document) == {"documentId", "variables"} for document in board.sent)
        clean(board)


def test_filters_stand_in_the_address_and_an_address_sets_the_filters(played, session_of):
    april = in_april(played)
    of_two = sum(done.orders for done in april if done.county.slug in ("jiangle", "youxi"))
    in_one_trade = sum(done.orders for done in april if done.trade == "cooking")
    with looking(session_of("city_admin")) as board:
        board.open(f"{QUERY}&counties=jiangle,youxi&by=week&compare=none")
        page = board.page
        value = board.tile("orders_settled").locator(".tile-value")
        expect(value).to_have_text(f"{of_two:,}")
        expect(page.locator("select[name=by]")).to_have_value("week")
        expect(page.locator("#counties-said")).to_have_text("将乐县、尤溪县")
        expect(page.locator("#series-chart .legendtext")).to_have_text(["将乐县", "尤溪县"])
        page.locator("#counties-menu summary").click()
        page.get_by_role("button", name="全选").click()
        page.keyboard.press("Escape")
        board.drawn()
        assert "counties" not in address(page)
        page.locator("select[name=trade]").select_option("cooking")
        expect(value).to_have_text(f"{in_one_trade:,}")
        assert address(page)["trade"] == "cooking"
        page.go_back()
        page.go_back()
        expect(value).to_have_text(f"{of_two:,}")
        expect(page.locator("select[name=trade]")).to_have_value("")
        page.reload()
        expect(value).to_have_text(f"{of_two:,}")
        page.goto(f"{board.site}/city/?{QUERY}&counties=atlantis&metric=nonsense&by=eon&trade=")
        board.drawn()
        expect(page.locator("select[name=metric]")).to_have_value("orders_settled")
        clean(board)


def test_the_map_is_walked_and_picked_by_keyboard(played, session_of):
    with looking(session_of("city_admin")) as board:
        board.open()
        page = board.page
        assert page.locator('#map .county[tabindex="0"]').count() == 1, "one stop for Tab"
        page.locator('#map .county[tabindex="0"]').focus()
        page.keyboard.press("Home")
        sanyuan = page.locator('#map .county[data-slug="sanyuan"]')
        expect(sanyuan).to_be_focused()
        expect(page.locator("#map-tip")).to_contain_text("三元区")
        page.keyboard.press("ArrowRight")
        expect(page.locator('#map .county[data-slug="youxi"]')).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#map .county:focus")).to_have_count(1)
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        expect(sanyuan).to_have_attribute("aria-pressed", "true")
        board.drawn()
        expect(sanyuan).to_be_focused()
        assert address(page)["counties"] == "sanyuan"
        row = page.get_by_role("button", name="三元区", exact=True)
        expect(row.first).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Enter")
        expect(sanyuan).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("Escape")
        expect(page.locator("#map-tip")).to_be_hidden()
        clean(board)


def test_the_ranking_is_sorted_by_any_column_and_keeps_the_keyboard_there(session_of):
    with looking(session_of("city_admin")) as board:
        board.open()
        page = board.page
        heading = page.locator("#ranking-table thead").get_by_role("button", name="劳动报酬")
        heading.focus()
        page.keyboard.press("Enter")
        column = page.locator("#ranking-table th[aria-sort=descending]")
        expect(column).to_contain_text("劳动报酬")
        expect(heading).to_be_focused()
        first = page.locator("#ranking-table tbody th").first
        expect(first).to_contain_text("三元区")
        page.keyboard.press("Enter")
        expect(page.locator("#ranking-table th[aria-sort=ascending]")).to_contain_text("劳动报酬")
        expect(first).not_to_contain_text("三元区")


def test_a_county_that_is_behind_is_named_and_a_lost_connection_is_told(counties, session_of, checkout):
    county = counties["mingxi"]

    def late() -> None:
        with run_in_county(county):
            for _ in range(3):
                facts.record("order.expired", now=datetime.now(UTC), day=MONTH[0], subject=uuid7(), values={})
        assert fold_county(county, limit=1) == 1

    with looking(session_of("city_admin")) as board:
        meanwhile(lambda: [fold_all(ref) for ref in counties.values()])
        board.open()
        page = board.page
        banner = page.locator("#behind")
        expect(banner).not_to_contain_text("待汇总")
        meanwhile(late)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(banner).to_contain_text("明溪县（2 条待汇总）")
        expect(page.locator("#as-of")).not_to_contain_text("齐全")
        mingxi = page.locator('#map .county[data-slug="mingxi"]')
        expect(mingxi).to_have_class(re.compile(r"\bbehind\b"))
        expect(mingxi).to_have_attribute("aria-label", re.compile("数据未齐"))
        expect(page.locator("#ranking-table tbody tr").filter(has_text="明溪县")).to_contain_text("数据未齐")
        expect(page.locator("#map-marks .late")).to_have_count(1)
        picture(board, checkout, "city-behind")
        meanwhile(lambda: fold_all(county))
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(banner).not_to_contain_text("待汇总")
        clean(board)

        before = board.tile("orders_settled").inner_text()
        page.route("**/graphql/", lambda route: route.abort())
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("#trouble")).to_contain_text("连接中断")
        assert board.tile("orders_settled").inner_text() == before, (
            "the figures stay, and say that they are old"
        )
        page.unroute("**/graphql/")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("#trouble")).to_be_hidden()


def test_the_ticker_runs_and_can_be_held(counties, session_of):
    def post(wage_fen: int) -> None:
        with run_in_county(counties["ninghua"]):
            facts.record(
                "place.paid",
                now=datetime.now(UTC),
                day=MONTH[1],
                subject=uuid7(),
                trade="sorting",
                role="worker",
                person_key=uuid7().hex,
                values={"wage_fen": wage_fen, "due_fen": wage_fen, "escrow_fen": wage_fen},
            )
        fold_all(counties["ninghua"])

    with looking(session_of("city_admin")) as board:
        board.open()
        page = board.page
        expect(page.locator("#ticker time").first).to_be_visible()
        meanwhile(lambda: post(123_00))
        newest = page.locator("#ticker li").first
        expect(newest).to_contain_text("宁化县", timeout=15_000)
        expect(newest).to_contain_text("付酬")
        expect(newest).to_contain_text("123 元")
        page.get_by_role("button", name="暂停").click()
        meanwhile(lambda: post(456_00))
        with page.expect_request(lambda request: "portal-figures" in (request.post_data or "")):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("#ticker")).not_to_contain_text("456 元")
        page.get_by_role("button", name="继续").click()
        expect(newest).to_contain_text("456 元")
        clean(board)


def _alert(county, places: int) -> UUID:
    """Overdue wages in a county, as the rule would tell of them."""
    numbers = {"kind": OVERDUE, "places": places, "owed_fen": places * 210_00, "oldest_hours": 53}
    finding = Finding(
        key=f"late {uuid7()}",
        county_id=county.id,
        first=MONTH[0],
        last=MONTH[1],
        cases=places,
        mark=places,
        numbers={**numbers, "grace_hours": 24},
    )
    with store.public_transaction():
        return store.open_alert(Rule.LATE_PAYOUT, finding, now=datetime.now(UTC)).id


def test_an_alert_shows_its_reason_is_taken_up_and_closed_with_a_note(counties, session_of, checkout):
    alert = _alert(counties["qingliu"], 7)
    fold_for_picture()
    with looking(session_of("city_analyst")) as board:
        board.open()
        line = board.page.locator(f'[data-alert="{alert}"]')
        expect(line).to_contain_text("清流县")
        expect(line).to_contain_text("7 笔报酬（约 1,470.00 元）超过应付时间 24 小时以上仍未付")
        expect(line.get_by_role("button")).to_have_count(0)
    with looking(session_of("city_admin")) as board:
        board.open()
        page = board.page
        line = page.locator(f'[data-alert="{alert}"]')
        picture(board, checkout, "city-watch")
        line.get_by_role("button", name="知悉").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("7 笔报酬")
        no_faults(page)
        dialog.get_by_label("备注").fill("已电话催办")
        dialog.get_by_role("button", name="提交").click()
        expect(dialog).to_be_hidden()
        expect(line).to_contain_text("处理中")
        line.get_by_role("button", name="办结").click()
        dialog.get_by_role("button", name="提交").click()
        expect(page.locator("#note-said")).not_to_be_empty()  # closing says how it was dealt with
        dialog.get_by_label("备注").fill("均已付清")
        dialog.get_by_role("button", name="提交").click()
        expect(line).to_have_count(0)
        assert board.foreign == []

        changes = meanwhile(lambda: list(AlertChange.objects.filter(alert_id=alert).order_by("id")))
        assert [(one.to, one.note) for one in changes] == [
            ("open", ""), ("acknowledged", "已电话催办"), ("closed", "均已付清"),
        ]  # fmt: skip


SIZES = [(1366, 768), (1920, 1080), (390, 844)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_fits_every_screen_without_a_fault_of_access(size, lang, session_of, checkout):
    fold_for_picture()
    with looking(session_of("city_admin"), size=size, dark=lang == "en") as board:
        board.open(f"{QUERY}&lang={lang}&metric=wages_fen")
        page = board.page
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.evaluate("document.documentElement.dataset.theme") == (
            "dark" if lang == "en" else "light"
        )
        for panel in ("map", "series", "ranking", "trades", "watch", "ticker"):
            expect(page.locator(f"section.{panel}")).to_be_visible()
        page.locator("#watch li, #ticker li").first.wait_for()
        no_faults(page)
        if (size[0], lang) in ((390, "zh"), (1366, "en")):
            picture(board, checkout, f"city-{size[0]}-{lang}", full=size[0] == 390)
        clean(board)


def test_the_colours_are_the_systems_until_somebody_chooses(session_of):
    with looking(session_of("city_admin"), dark=True) as board:
        board.open()
        page = board.page
        theme = "document.documentElement.dataset.theme"
        ground = "getComputedStyle(document.body.parentElement).backgroundColor"
        assert page.evaluate(theme) == "dark"
        dark = page.evaluate(ground)
        page.emulate_media(color_scheme="light")
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        assert page.evaluate(ground) != dark
        page.get_by_role("button", name="深色").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.reload()
        board.drawn()
        assert page.evaluate(theme) == "dark", "the choice is kept"
        clean(board)


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)], ids=lambda size: f"{size[0]}")
def test_on_the_wall_all_is_on_one_screen_and_the_figures_take_turns(size, session_of, checkout):
    fold_for_picture()
    with looking(session_of("city_admin"), size=size, dark=True) as board:
        page = board.page
        page.clock.install()
        board.open(f"{QUERY}&wall=1")
        assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
        expect(page.locator("#filters")).to_be_hidden()
        for panel in ("map", "series", "ranking"):
            assert lower_edge(page, f"section.{panel}") <= size[1], panel
        ranking = lower_edge(page, "section.ranking")
        assert lower_edge(page, "#ranking-table tfoot") <= ranking, (
            "all eleven counties and the city are there"
        )
        if size[0] == 1920:
            picture(board, checkout, "city-wall-1920")
        page.clock.fast_forward(21_000)
        expect(board.tile("orders_settled")).to_have_attribute("aria-pressed", "false")
        expect(board.tile("fill_rate_bp")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Escape")
        expect(page.locator("#filters")).to_be_visible()
        assert "wall" not in address(page)
        assert board.foreign == []


def test_the_wall_button_asks_for_the_whole_screen(session_of):
    with looking(session_of("city_admin")) as board:
        board.open()
        page = board.page
        page.get_by_role("button", name="大屏", exact=True).click()
        expect(page.locator("body.on-wall")).to_be_visible()
        assert address(page)["wall"] == "1"
        assert page.evaluate("document.fullscreenElement === document.documentElement")
        page.get_by_role("button", name="退出大屏").click()
        expect(page.locator("body.on-wall")).to_have_count(0)
        assert page.evaluate("document.fullscreenElement") is None


def test_printed_every_chart_has_its_table_and_nothing_to_press(session_of):
    with looking(session_of("city_admin")) as board:
        board.open()
        page = board.page
        page.emulate_media(media="print")
        expect(page.locator("#filters")).to_be_hidden()
        expect(page.locator("#wall")).to_be_hidden()
        expect(page.locator("section.ticker")).to_be_hidden()
        expect(page.locator("#series-table")).to_be_visible()
        expect(page.locator("#ranking-table tbody tr")).to_have_count(11)
        assert len(page.pdf(format="A4")) > 20_000
        clean(board)


def test_the_language_is_switched_in_place(session_of):
    with looking(session_of("city_admin")) as board:
        board.open(f"{QUERY}&metric=wages_fen&counties=jiangle")
        page = board.page
        page.get_by_role("link", name="English").click()
        board.drawn()
        assert page.evaluate("document.documentElement.lang") == "en"
        assert address(page)["counties"] == "jiangle"
        expect(page.get_by_role("heading", name="Counties ranked")).to_be_visible()
        expect(page.locator("#ranking-table tbody")).to_contain_text("Jiangle County")
        expect(board.tile("wages_fen")).to_contain_text("¥")
        assert not re.search(r"[一-鿿]", page.locator("main").inner_text()), "nothing is left in Chinese"
        clean(board)
