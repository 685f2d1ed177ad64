"""When it is tried again, and when an endpoint is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.retries import JITTER, MOST_RETRY_AFTER, SCHEDULE, pause_after, retry_after, wait_after
from webhooks.stream import GIVE_UP_AFTER

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
DICE = st.floats(min_value=0, max_value=1)


def test_ten_attempts_in_about_seventy_five_hours() -> None:
    assert wait_after(len(SCHEDULE) + 1, dice=0.5) is None
    waits = [wait_after(attempt, dice=0.5) for attempt in range(1, 10)]
    whole = sum((wait for wait in waits if wait is not None), timedelta())
    assert timedelta(hours=75) < whole < timedelta(hours=76)
    assert whole < GIVE_UP_AFTER


@given(dice=DICE, attempt=st.integers(min_value=1, max_value=9))
def test_jitter_stays_within_a_tenth(dice: float, attempt: int) -> None:
    plain, wait = SCHEDULE[attempt - 1], wait_after(attempt, dice=dice)
    assert wait is not None
    assert abs(wait - plain) <= plain * (JITTER + 0.001)


@given(dice=DICE, failures=st.integers(min_value=0, max_value=10**6))
def test_an_endpoint_is_left_alone_from_the_fifth_failure_and_never_for_long(
    dice: float, failures: int
) -> None:
    pause = pause_after(failures, dice=dice)
    if failures < 5:
        assert pause is None
    else:
        assert pause is not None
        assert timedelta(seconds=27) <= pause <= timedelta(minutes=16.5)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("0", timedelta(0)),
        (" 120 ", timedelta(minutes=2)),
        ("86401", MOST_RETRY_AFTER),
        ("9" * 5_000, MOST_RETRY_AFTER),
        ("Tue, 01 Dec 2026 09:00:00 GMT", timedelta(hours=1)),
        ("Tue, 01 Dec 2026 07:00:00 GMT", timedelta(0)),
        ("Sat, 01 Dec 2029 07:00:00 GMT", MOST_RETRY_AFTER),
        ("Tue, 99 Dec 2026 09:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, wait: timedelta | None) -> None:
    assert retry_after(header, AT) == wait


@given(st.text(max_size=60))
def test_any_header_is_read_or_left(header: str) -> None:
    wait = retry_after(header, AT)
    assert wait is None or timedelta(0) <= wait <= MOST_RETRY_AFTER
