"""Dated policy rows in a county, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection

from kernel.actor import SYSTEM
from kernel.clock import business_day
from kernel.errors import DomainError
from kernel.models import AuditRow
from tenants.county import CountyRef, CountyWork, run_in_county
from tenants.policy.models import CountyPolicy
from tenants.policy.seed import seed
from tenants.policy.selectors import policy_on, policy_rows
from tenants.policy.use_cases import publish_policy

COUNTY = "mingxi"


@pytest.fixture(scope="module", autouse=True)
def seeded(counties):
    with run_in_county(counties[COUNTY]) as work:
        seed(
            min_wage_month_fen=189_500,
            min_wage_hour_fen=2_000,
            since=business_day(work.now) - timedelta(days=30),
            now=work.now,
        )


class _Undo(Exception):
    pass


@contextmanager
def undone(county: CountyRef) -> Iterator[CountyWork]:
    """The open county; what the test did in it is rolled back, for others read its policy too."""
    with suppress(_Undo), run_in_county(county) as work:
        yield work
        raise _Undo


def test_the_county_starts_with_its_pay_floors(counties):
    with run_in_county(counties[COUNTY]) as work:
        policy = policy_on(business_day(work.now))
    assert policy.min_wage_month_fen == 189_500
    assert policy.min_wage_hour_fen == 2_000


def test_seeding_twice_changes_nothing(counties):
    with run_in_county(counties[COUNTY]) as work:
        rows = CountyPolicy.objects.count()
        again = seed(
            min_wage_month_fen=1_00, min_wage_hour_fen=1_00, since=business_day(work.now), now=work.now
        )
        assert again.revision == 1
        assert CountyPolicy.objects.count() == rows


def test_a_later_row_supersedes_from_its_day_and_not_before(counties):
    with undone(counties[COUNTY]) as work:
        start = business_day(work.now) + timedelta(days=30)
        before = policy_on(start)
        published = publish_policy(
            actor=SYSTEM, effective_from=start, values={"fee_bp": 0, "undo_minutes": 5}, now=work.now
        )
        assert policy_on(start - timedelta(days=1)) == before
        assert policy_on(start) == published
        assert replace(
            published, id=before.id, revision=before.revision, effective_from=before.effective_from
        ) == replace(before, fee_bp=0, undo_minutes=5)
        assert policy_rows()[0] == published
        row = AuditRow.objects.get(subject=published.id)
        assert row.act == "policy.publish"
        assert row.detail["changes"]["fee_bp"] == [before.fee_bp, 0]


def test_of_two_rows_for_one_day_the_later_revision_holds(counties):
    with undone(counties[COUNTY]) as work:
        today = business_day(work.now)
        publish_policy(actor=SYSTEM, effective_from=today, values={"silence_days": 4}, now=work.now)
        publish_policy(actor=SYSTEM, effective_from=today, values={"silence_days": 5}, now=work.now)
        assert policy_on(today).silence_days == 5


def test_yesterday_cannot_be_changed(counties):
    with pytest.raises(DomainError) as refusal, run_in_county(counties[COUNTY]) as work:
        publish_policy(
            actor=SYSTEM,
            effective_from=business_day(work.now) - timedelta(days=1),
            values={"fee_bp": 0},
            now=work.now,
        )
    assert (refusal.value.code, refusal.value.field) == ("policy_in_past", "effective_from")


def test_only_with_the_scope(counties):
    nobody = replace(SYSTEM, scopes=frozenset({"policy:read"}))
    with pytest.raises(DomainError) as refusal, run_in_county(counties[COUNTY]) as work:
        publish_policy(
            actor=nobody, effective_from=business_day(work.now), values={"fee_bp": 0}, now=work.now
        )
    assert refusal.value.code == "forbidden"


def test_nothing_to_change_is_refused(counties):
    with pytest.raises(DomainError) as refusal, run_in_county(counties[COUNTY]) as work:
        publish_policy(actor=SYSTEM, effective_from=business_day(work.now), values={}, now=work.now)
    assert refusal.value.code == "policy_empty"


def test_before_the_first_row_there_is_no_policy(counties):
    with pytest.raises(DomainError) as refusal, run_in_county(counties[COUNTY]):
        policy_on(policy_rows(1_000)[-1].effective_from - timedelta(days=1))
    assert refusal.value.code == "policy_missing"


@pytest.mark.parametrize(
    "sql", ["UPDATE policy_countypolicy SET fee_bp = 1", "DELETE FROM policy_countypolicy"]
)
def test_rows_cannot_be_changed_even_by_sql(counties, sql):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        run_in_county(counties[COUNTY]),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
