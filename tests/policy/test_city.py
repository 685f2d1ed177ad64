"""What the city decides for a county: from its day on, with its reason, once however often it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.actor import SYSTEM, Actor, Channel
from kernel.clock import business_day
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow
from tenants.county import CountyRef, CountyWork, run_in_county
from tenants.identity.roles import role_table
from tenants.policy.contracts import CityPublication
from tenants.policy.selectors import policy_on, policy_rows
from tenants.policy.selectors_city import Level, policies_for_city
from tenants.policy.use_cases import publish_city_policy, publish_policy

COUNTY = "mingxi"


def holding(role: str) -> Actor:
    scopes = role_table()[role].scopes
    return Actor(user_id=uuid7(), scopes=scopes, roles=frozenset({role}), channel=Channel.APP)


CITY = holding("city_admin")


class _Undo(Exception):
    pass


@contextmanager
def undone(county: CountyRef) -> Iterator[CountyWork]:
    """The open county; what the test did in it is rolled back, for others read its policy too."""
    with suppress(_Undo), run_in_county(county) as work:
        yield work
        raise _Undo


def decide(work: CountyWork, days: int, **changes: object) -> CityPublication:
    asked: dict = {"values": {"fee_bp": 0}, "reason": "样例文〔2026〕7号", "actor": CITY, **changes}
    day = business_day(work.now) + timedelta(days=days)
    return publish_city_policy(effective_from=day, now=work.now, **asked)


def test_it_counts_from_its_day_on_and_says_why(counties):
    with undone(counties[COUNTY]) as work:
        today = business_day(work.now)
        before = policy_on(today + timedelta(days=20))
        done = decide(work, 20, values={"fee_bp": before.fee_bp + 7})
        assert (done.rows_written, done.policy.fee_bp) == (1, before.fee_bp + 7)
        assert policy_on(today + timedelta(days=19)).fee_bp == before.fee_bp
        row = AuditRow.objects.get(subject=done.policy.id)
        assert (row.act, row.purpose, row.detail["level"]) == ("policy.publish", "样例文〔2026〕7号", "city")
        assert row.detail["changes"] == {"fee_bp": [before.fee_bp, before.fee_bp + 7]}


def test_told_twice_it_is_done_once(counties):
    with undone(counties[COUNTY]) as work:
        first = decide(work, 20, values={"silence_days": 9})
        again = decide(work, 20, values={"silence_days": 9})
        assert (first.rows_written, again.rows_written) == (1, 0)
        assert again.policy == first.policy
        assert decide(work, 25, values={"silence_days": 9}).rows_written == 0


def test_a_later_row_of_the_county_is_named_or_brought_into_line(counties):
    with undone(counties[COUNTY]) as work:
        today = business_day(work.now)
        later = today + timedelta(days=40)
        publish_policy(
            actor=SYSTEM, effective_from=later, values={"fee_bp": 300, "undo_minutes": 3}, now=work.now
        )
        done = decide(work, 20, values={"fee_bp": 5})
        assert done.otherwise_from == (later,)
        assert policy_on(later).fee_bp == 300
        done = decide(work, 20, values={"fee_bp": 5}, throughout=True)
        assert (done.rows_written, done.otherwise_from) == (1, ())
        assert (policy_on(later).fee_bp, policy_on(later).undo_minutes) == (5, 3)
        assert policy_on(later - timedelta(days=1)).undo_minutes != 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"values": {}}, "policy_empty"),
        ({"values": {"fee_bp": 2_001}}, "policy_value_invalid"),
        ({"values": {"fee": 1}}, "policy_value_unknown"),
        ({"reason": " "}, "text_length"),
        ({"actor": holding("county_admin")}, "forbidden"),
        ({"actor": holding("city_analyst")}, "forbidden"),
    ],
)
def test_what_is_refused(counties, changes, code):
    with pytest.raises(DomainError, match=f"^{code}"), run_in_county(counties[COUNTY]) as work:
        decide(work, 20, **changes)


def test_a_day_that_has_passed(counties):
    with pytest.raises(DomainError, match=r"^policy_in_past"), run_in_county(counties[COUNTY]) as work:
        decide(work, -1)


def test_the_city_may_not_use_the_countys_own_verb(counties):
    with pytest.raises(DomainError, match=r"^forbidden"), run_in_county(counties[COUNTY]) as work:
        publish_policy(actor=CITY, effective_from=business_day(work.now), values={"fee_bp": 0}, now=work.now)


def test_the_history_says_at_which_level_each_row_was_decided(counties):
    with undone(counties[COUNTY]) as work:
        county = replace(holding("county_admin"), request_id="r")
        day = business_day(work.now) + timedelta(days=60)
        publish_policy(actor=county, effective_from=day, values={"undo_minutes": 17}, now=work.now)
        decide(work, 61, values={"undo_minutes": 18})
        page = policies_for_city(actor=CITY, first=2)
        assert [(row.level, row.reason) for row in page.rows] == [
            (Level.CITY, "样例文〔2026〕7号"),
            (Level.COUNTY, ""),
        ]
        assert page.rows[0].changes == {"undo_minutes": (17, 18)}
        assert page.more
        seen, last = list(page.rows), page.rows[-1].id
        while page.more:
            page = policies_for_city(actor=CITY, first=2, before=last)
            seen, last = [*seen, *page.rows], page.rows[-1].id
        assert {row.policy for row in seen} == set(policy_rows(1_000))
        assert seen[-1].level is Level.SYSTEM
