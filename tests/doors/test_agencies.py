"""Labour agencies over a county's REST door."""

from __future__ import annotations

from datetime import timedelta

from kernel.clock import business_day, real_now
from tenants.partners.use_cases.license_agency import license_agency
from tenants.partners.use_cases.suspend_agency import suspend_agency
from tests.doors.rest import Caller, a_worker, check_problem
from tests.tenants.test_agencies import CITY, registered


def test_a_worker_sees_which_agencies_may_act(counties):
    good, stopped, ended = registered(), registered(), registered()
    suspend_agency(code=stopped.code, reason="核查", actor=CITY, now=real_now())
    today = business_day(real_now())
    then = real_now() - timedelta(days=9)
    license_agency(
        code=ended.code, licence="OLD-1", licence_until=today - timedelta(days=1), actor=CITY, now=then
    )
    listed = a_worker(counties["jiangle"]).caller.must("GET", "agencies")["items"]
    shown = {row["code"]: row for row in listed}
    assert [shown[found.code]["may_act"] for found in (good, stopped, ended)] == [True, False, False]
    assert shown[good.code]["credit_code"] == good.credit_code
    assert [row["code"] for row in listed] == sorted(row["code"] for row in listed)


def test_a_stranger_sees_none(counties):
    check_problem(Caller(counties["jiangle"]).get("agencies"), 401, "unauthenticated")
