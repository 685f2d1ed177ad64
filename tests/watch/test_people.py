"""What people do about alerts and rules: who may, what is kept, and what a closing holds against."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.actor import SYSTEM, Actor, Channel
from kernel.clock import business_day
from kernel.errors import DomainError
from kernel.ids import uuid7
from reporting.watch import scan as scanning
from reporting.watch import selectors
from reporting.watch.contracts import THRESHOLDS, AlertState, AlertView, Finding, Rule
from reporting.watch.finders.looking import Seen
from reporting.watch.models import AlertChange, RuleSetting
from reporting.watch.scan import scan
from reporting.watch.settings import in_force
from reporting.watch.use_cases.acknowledge_alert import acknowledge_alert
from reporting.watch.use_cases.close_alert import close_alert
from reporting.watch.use_cases.set_watch_rule import set_watch_rule
from tenants.clock import market_now
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.watch.helpers import as_superuser, empty_watch

pytestmark = pytest.mark.urls("tests.doors.graphql_urls")

NOW = datetime(2079, 6, 1, 4, tzinfo=UTC)
ADMIN = Actor(uuid7(), frozenset({"city:read", "watch:write"}), frozenset({"city_admin"}), Channel.API)
ANALYST = replace(ADMIN, user_id=uuid7(), scopes=frozenset({"city:read"}))
WATCH = """query($state: AlertState, $rule: WatchRule, $county: String, $first: Int! = 20, $after: String) {
  watch(state: $state, rule: $rule, county: $county, first: $first, after: $after) {
    edges { cursor node { id rule title state county { slug name nameEn code } otherCounty { slug }
      trade { code } first last cases reason numbers { name value } holds openedAt seenAt closedAt } }
    pageInfo { hasNextPage endCursor } } }"""
ACKNOWLEDGE = """mutation($id: ID!, $note: String!) { acknowledgeAlert(id: $id, note: $note) {
  alert { state } history { before after by note } } }"""
CLOSE = "mutation($id: ID!, $note: String!) { closeAlert(id: $id, note: $note) { alert { state closedAt } } }"
SET = """mutation($rule: WatchRule!, $enabled: Boolean!, $t: [ThresholdValue!], $from: Date) {
  setWatchRule(rule: $rule, enabled: $enabled, thresholds: $t, effectiveFrom: $from) {
    rule enabled effectiveFrom nextFrom thresholds { name value usual minimum maximum unit text } } }"""


@pytest.fixture(autouse=True)
def _empty(counties) -> None:
    empty_watch()


def finding(county_id: UUID, mark: int = 1, **more) -> Finding:
    day = business_day(NOW)
    numbers = {"working_days": mark, "usual_bp": 9_000, "usual_days": 42}
    return Finding("k" + county_id.hex, county_id, day, day, mark, mark, numbers, **more)


def see(monkeypatch, *findings: Finding, now: datetime = NOW) -> int:
    """One look of a rule that finds just these."""
    seen = Seen(findings, lambda _alert: True)
    monkeypatch.setattr(scanning, "FINDERS", {rule: lambda _looking: seen for rule in Rule})
    return scan(now=now, rules={Rule.IDLE_HALL})


def only() -> AlertView:
    [alert] = selectors.alerts(actor=ANALYST, first=10).rows
    return alert


def moves(alert_id: UUID) -> list[tuple[str, str, str]]:
    rows = AlertChange.objects.filter(alert_id=alert_id).order_by("id")
    return [(row.frm, row.to, row.actor) for row in rows]


def test_what_a_person_closed_opens_when_it_gets_worse_or_comes_back(counties, monkeypatch):
    county = counties["sanyuan"].id
    assert see(monkeypatch, finding(county, 2)) == 1
    alert = only()
    assert alert.state is AlertState.OPEN
    kept = acknowledge_alert(alert_id=alert.id, note="已电话联系", actor=ADMIN, now=NOW)
    assert acknowledge_alert(alert_id=alert.id, note="再点一次", actor=ADMIN, now=NOW) == kept
    assert see(monkeypatch, finding(county, 3)) == 0
    assert (only().state, only().cases) == (AlertState.ACKNOWLEDGED, 3)
    close_alert(alert_id=alert.id, note="市场放假", actor=ADMIN, now=NOW)
    assert see(monkeypatch, finding(county, 3)) == 0
    assert only().state is AlertState.CLOSED
    assert only().held
    assert see(monkeypatch, finding(county, 4)) == 1  # worse
    assert only().state is AlertState.OPEN
    close_alert(alert_id=alert.id, note="仍在放假", actor=ADMIN, now=NOW)
    assert see(monkeypatch) == 0  # it has ended, closed already
    assert not only().held
    assert see(monkeypatch, finding(county, 1)) == 1  # and is back, though not as bad
    assert see(monkeypatch) == 1
    assert see(monkeypatch, finding(county, 1)) == 1
    who = ADMIN.key
    assert moves(alert.id) == [
        ("", "open", "system"),
        ("open", "acknowledged", who),
        ("acknowledged", "closed", who),
        ("closed", "open", "system"),
        ("open", "closed", who),
        ("closed", "open", "system"),
        ("open", "closed", "system"),
        ("closed", "open", "system"),
    ]


def test_a_closed_alert_is_not_acknowledged_and_words_are_wanted(counties, monkeypatch):
    see(monkeypatch, finding(counties["sanyuan"].id))
    alert = only()
    for act, note in ((close_alert, ""), (close_alert, "x"), (acknowledge_alert, "y" * 501)):
        with pytest.raises(DomainError, match="text_length") as refused:
            act(alert_id=alert.id, note=note, actor=ADMIN, now=NOW)
        assert refused.value.field == "note"
    closed = close_alert(alert_id=alert.id, note="查实无误", actor=ADMIN, now=NOW)
    assert close_alert(alert_id=alert.id, note="再关一次", actor=ADMIN, now=NOW) == closed
    with pytest.raises(DomainError, match="stale_state"):
        acknowledge_alert(alert_id=alert.id, note="", actor=ADMIN, now=NOW)
    for act in (close_alert, acknowledge_alert):
        with pytest.raises(DomainError, match="forbidden"):
            act(alert_id=alert.id, note="好的", actor=ANALYST, now=NOW)
        with pytest.raises(DomainError, match="alert_unknown"):
            act(alert_id=uuid7(), note="好的", actor=ADMIN, now=NOW)
    assert len(moves(alert.id)) == 2


def test_a_rule_that_is_switched_off_finds_and_ends_nothing(counties, monkeypatch):
    see(monkeypatch, finding(counties["sanyuan"].id))
    change: dict[str, Any] = {"rule": Rule.IDLE_HALL, "thresholds": {}, "effective_from": None}
    set_watch_rule(enabled=False, actor=ADMIN, now=NOW, **change)
    assert see(monkeypatch) == 0
    assert see(monkeypatch, finding(counties["mingxi"].id)) == 0
    assert only().held
    set_watch_rule(enabled=True, actor=ADMIN, now=NOW, **change)
    assert see(monkeypatch) == 1


def test_thresholds_are_dated_and_the_later_word_holds():
    today = business_day(NOW)
    later = today + timedelta(days=10)
    change = {"rule": Rule.PAY_NORM, "enabled": True, "actor": ADMIN, "now": NOW}
    assert in_force(Rule.PAY_NORM, today).thresholds["low_bp"] == THRESHOLDS[Rule.PAY_NORM]["low_bp"].default
    set_watch_rule(thresholds={"low_bp": 5_000}, effective_from=None, **change)
    set_watch_rule(thresholds={"high_bp": 30_000}, effective_from=later, **change)
    assert (
        in_force(Rule.PAY_NORM, today).thresholds["high_bp"],
        in_force(Rule.PAY_NORM, today).next_from,
    ) == (
        20_000,
        later,
    )
    then = in_force(Rule.PAY_NORM, later)
    assert (then.thresholds["low_bp"], then.thresholds["high_bp"], then.revision) == (5_000, 30_000, 2)
    set_watch_rule(thresholds={"high_bp": 25_000}, effective_from=later, **change)
    assert in_force(Rule.PAY_NORM, later).thresholds["high_bp"] == 25_000
    same = set_watch_rule(thresholds={"high_bp": 25_000}, effective_from=later, **change)
    assert (same.revision, RuleSetting.objects.filter(rule=Rule.PAY_NORM).count()) == (3, 3)


@pytest.mark.parametrize(
    ("thresholds", "day", "code"),
    [
        ({"low_bp": 499}, None, "watch_threshold_range"),
        ({"low_bp": 9_501}, None, "watch_threshold_range"),
        ({"drop_bp": 1_000}, None, "watch_threshold_unknown"),
        ({}, business_day(NOW) - timedelta(days=1), "watch_rule_day"),
    ],
)
def test_settings_that_are_none(thresholds, day, code):
    change = {"rule": Rule.PAY_NORM, "enabled": True, "thresholds": thresholds, "effective_from": day}
    with pytest.raises(DomainError, match=code):
        set_watch_rule(actor=ADMIN, now=NOW, **change)
    with pytest.raises(DomainError, match="forbidden"):
        set_watch_rule(actor=ANALYST, now=NOW, **change | {"thresholds": {}, "effective_from": None})
    assert not RuleSetting.objects.exists()


def test_what_is_kept_cannot_be_changed(counties, monkeypatch):
    """The login that keeps the changes may not rewrite them, nor name who was booked."""
    see(monkeypatch, finding(counties["sanyuan"].id))
    for sql in (
        "UPDATE public.watch_alertchange SET note = 'x'",
        "DELETE FROM public.watch_alertchange",
        "DELETE FROM public.watch_alert",
        "UPDATE public.watch_rulesetting SET enabled = false",
        "UPDATE public.watch_personbooking SET person_key = ''",
        "INSERT INTO public.watch_happening SELECT 1, county_id, 'paid', '', 1, 1, seen_at FROM watch_alert",
    ):
        assert refused_to_city(sql), sql
    assert not refused_to_city("UPDATE public.watch_personbooking SET unchecked = false")


def refused_to_city(sql: str) -> bool:
    from django.db import ProgrammingError, connections, transaction

    try:
        with transaction.atomic(using="city"), connections["city"].cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as fault:
        return "permission denied" in str(fault)
    return False


# ----------------------------------------------------------------------------------------- over GraphQL


def test_alerts_over_graphql_page_by_page_and_by_each_filter(counties, monkeypatch):
    ids = [counties[slug].id for slug in ("sanyuan", "mingxi", "ninghua")]
    see(monkeypatch, finding(ids[0]), finding(ids[1], other_county_id=ids[2]), finding(ids[2]))
    page = ask(WATCH, {"first": 2})["watch"]
    rest = ask(WATCH, {"first": 2, "after": page["pageInfo"]["endCursor"]})["watch"]
    assert (page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    nodes = [edge["node"] for edge in page["edges"] + rest["edges"]]
    assert sorted(node["county"]["slug"] for node in nodes) == ["mingxi", "ninghua", "sanyuan"]
    assert {node["state"] for node in nodes} == {"OPEN"}
    assert nodes[0]["reason"].startswith("连续 1 个工作日")
    status, english = post({"query": WATCH}, token=city_token(), headers={"Accept-Language": "en"})
    assert status == 200
    assert "working days on end" in english["data"]["watch"]["edges"][0]["node"]["reason"]

    def slugs(**filters):
        return sorted(edge["node"]["county"]["slug"] for edge in ask(WATCH, filters)["watch"]["edges"])

    assert slugs(county="ninghua") == ["mingxi", "ninghua"]
    assert slugs(rule="PAY_NORM") == slugs(state="CLOSED") == []
    assert len(slugs(rule="IDLE_HALL", state="OPEN")) == 3
    status, answer = post({"query": WATCH, "variables": {"county": "nowhere"}}, token=city_token())
    assert (status, codes(answer)) == (200, ["county_unknown"])
    stale = {"query": WATCH, "variables": {"rule": "PAY_NORM", "after": page["pageInfo"]["endCursor"]}}
    assert codes(post(stale, token=city_token())[1]) == ["graphql_cursor"]
    with queries() as counted:
        ask(WATCH, {"first": 100})
    assert (counted["default"], counted["city"]) == (0, 2)  # the snapshot's settings, and the rows


def test_people_act_over_graphql_and_the_history_shows_it(counties, monkeypatch):
    see(monkeypatch, finding(counties["sanyuan"].id))
    variables = {"id": str(only().id), "note": "已派人核实"}
    for query in (ACKNOWLEDGE, CLOSE):
        body = {"query": query, "variables": variables}
        assert codes(post(body, token=city_token("city_analyst"))[1]) == ["forbidden"]
        assert post(body)[0] == 401
        unknown = {"query": query, "variables": variables | {"id": "x'; --"}}
        assert codes(post(unknown, token=city_token())[1]) == ["alert_unknown"]
    done = ask(ACKNOWLEDGE, variables)["acknowledgeAlert"]
    assert done["alert"]["state"] == "ACKNOWLEDGED"
    assert [(one["before"], one["after"], one["note"]) for one in done["history"]] == [
        (None, "OPEN", ""),
        ("OPEN", "ACKNOWLEDGED", "已派人核实"),
    ]
    assert done["history"][0]["by"] == "system"
    assert ask(CLOSE, variables)["closeAlert"]["alert"]["state"] == "CLOSED"
    detail = ask("query($id: ID!) { alert(id: $id) { alert { state } history { after } } }", variables)
    assert [one["after"] for one in detail["alert"]["history"]] == ["OPEN", "ACKNOWLEDGED", "CLOSED"]


def test_rules_over_graphql(counties):
    listed = ask("{ watchRules { rule title source enabled effectiveFrom thresholds { name value } } }")
    assert [one["rule"] for one in listed["watchRules"]] == [rule.name for rule in Rule]
    assert all(one["enabled"] and one["effectiveFrom"] is None for one in listed["watchRules"])
    day = str(business_day(market_now()) + timedelta(days=3))
    variables = {
        "rule": "UNINSURED",
        "enabled": True,
        "from": day,
        "t": [{"name": "drop_bp", "value": 2_000}],
    }
    made = ask(SET, variables)["setWatchRule"]
    assert made["effectiveFrom"] == day
    [drop] = [one for one in made["thresholds"] if one["name"] == "drop_bp"]
    assert (drop["value"], drop["usual"], drop["unit"]) == (2_000, 1_500, "basis points")
    asked = "query($on: Date) { watchRules(on: $on) { rule nextFrom thresholds { name value } } }"
    now = {one["rule"]: one for one in ask(asked)["watchRules"]}["UNINSURED"]
    then = {one["rule"]: one for one in ask(asked, {"on": day})["watchRules"]}["UNINSURED"]
    assert (now["nextFrom"], then["nextFrom"]) == (day, None)
    assert {"name": "drop_bp", "value": 1_500} in now["thresholds"]
    assert {"name": "drop_bp", "value": 2_000} in then["thresholds"]
    twice = variables | {"t": [{"name": "drop_bp", "value": 1}, {"name": "drop_bp", "value": 2_000}]}
    assert codes(post({"query": SET, "variables": twice}, token=city_token())[1]) == ["graphql_argument"]
    assert RuleSetting.objects.get().actor.startswith("user:")


def test_the_sweeps_keep_what_is_still_looked_at(counties):
    from reporting.watch.models import PersonBooking
    from reporting.watch.tasks import KEPT, KEPT_LONG, forget_bookings

    county, now = counties["sanyuan"].id, market_now()
    old, oldest = now - KEPT - timedelta(days=1), now - KEPT_LONG - timedelta(days=1)
    base = {"trade": "", "person_key": "a" * 32, "freed": False, "owed_fen": 0, "unchecked": False}

    def booking(at: datetime, **more) -> UUID:
        place = uuid7()
        row = {"booking": place, "county_id": county, "recorded_at": at, "starts_at": at, "ends_at": at}
        known = base | row | more
        names = ", ".join(known)
        as_superuser(
            f"INSERT INTO watch_personbooking ({names}) VALUES ({', '.join(['%s'] * len(known))})",
            list(known.values()),
        )
        return place

    gone = {booking(old), booking(old, due_at=old, paid_at=old), booking(oldest, due_at=oldest)}
    kept = {booking(old, due_at=old), booking(old, ends_at=now), booking(now, due_at=now, paid_at=now)}
    assert forget_bookings() == len(gone)
    assert set(PersonBooking.objects.values_list("booking", flat=True)) == kept
    assert forget_bookings() == 0


def test_everything_a_reader_is_told_is_told_in_both_languages():
    from reporting.watch.contracts import RULES

    for rule in Rule:
        assert RULES[rule].zh
        assert RULES[rule].en
        assert RULES[rule].source
        for name, known in THRESHOLDS[rule].items():
            assert known.minimum <= known.default <= known.maximum, name
            assert known.zh
            assert known.en
    assert SYSTEM.key == "system"
    assert date(2079, 6, 1) == business_day(NOW)
