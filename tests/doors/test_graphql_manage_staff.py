"""Staff through GraphQL: appointing, revoking, lost devices, lists; an administrator always stays."""

from __future__ import annotations

import json
from threading import Barrier, Thread

import pytest
from django.db import connections

from kernel.actor import SYSTEM, Channel
from kernel.clock import real_now
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow
from tenants.county import run_in_county
from tenants.identity.authenticate import actor_in, actor_in_city
from tenants.identity.contracts import Identified
from tenants.identity.models import IdentityAudit, Membership, User
from tenants.identity.roles import role_table
from tenants.identity.use_cases._rights import check_another_admin
from tenants.identity.use_cases.create_staff import create_staff
from tenants.identity.use_cases.grant_role import grant_role
from tenants.identity.use_cases.revoke_role import revoke_role
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.identity.helpers import call, log_in, new_phone, staff

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

COUNTY = "jianning"
STAFF = "id phone totpEnrolled roles { role name nameEn county grantedAt grantedBy }"
APPOINT = f"""
mutation Appoint($phone: String!, $role: String!, $county: String) {{
  appointStaff(phone: $phone, role: $role, county: $county) {{ totpSecret staff {{ {STAFF} }} }}
}}
"""
REVOKE = f"""
mutation Revoke($role: String!, $id: ID, $phone: String, $county: String) {{
  revokeStaffRole(role: $role, id: $id, phone: $phone, county: $county) {{ {STAFF} }}
}}
"""
RESET = "mutation Reset($id: ID!) { resetStaffTotp(id: $id) { totpSecret staff { id } } }"
LIST = f"""
query Staff($first: Int = 20, $after: String, $county: String, $city: Boolean = false, $role: String) {{
  staff(first: $first, after: $after, county: $county, city: $city, role: $role) {{
    edges {{ node {{ {STAFF} }} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
DRILL = f"""
query Staff($county: String!, $purpose: String!, $first: Int = 20, $after: String, $role: String) {{
  county(slug: $county) {{
    staff(purpose: $purpose, first: $first, after: $after, role: $role) {{
      edges {{ node {{ {STAFF} }} }} pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
"""


def refused(query: str, variables=None, *, token: str = "", role: str = "city_admin") -> list[str]:
    status, answer = post({"query": query, "variables": variables}, token=token or city_token(role))
    assert status == 200, answer
    assert not any((answer.get("data") or {}).values())
    return codes(answer)


def appointed(role: str, county: str | None = COUNTY, phone: str = "") -> dict:
    asked = {"phone": phone or new_phone(), "role": role, "county": county}
    return ask(APPOINT, asked)["appointStaff"]


def my_id() -> str:
    """The login behind the administrator's session of these tests."""
    status, answer = call("GET", "auth/session", token=city_token("city_admin"))
    assert status == 200
    return str(answer["data"]["user"]["id"])


def all_of(query: str, **variables) -> list[dict]:
    """Every page of two."""
    seen, after = [], None
    while True:
        data = ask(query, {**variables, "first": 2, "after": after})
        found = data["county"]["staff"] if "county" in data else data["staff"]
        seen += [edge["node"] for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return seen


def test_somebody_is_appointed_logs_in_and_has_the_rights(counties):
    phone = new_phone()
    made = appointed("treasurer", phone=phone)
    assert made["totpSecret"]
    [role] = made["staff"]["roles"]
    assert (role["role"], role["county"], role["nameEn"]) == ("treasurer", COUNTY, "Treasurer")
    assert role["grantedBy"] == f"user:{my_id()}"
    assert phone[-11:] not in json.dumps(made)
    assert made["staff"]["phone"][-4:] == phone[-4:]
    assert log_in(phone, totp_secret=made["totpSecret"])
    who = Identified(user_id=made["staff"]["id"], client_id=None, county_id=None, mfa=True)
    assert actor_in(who, counties[COUNTY], Channel.APP).has("ledger:verify")
    again = appointed("treasurer", phone=phone)
    assert again["totpSecret"] is None
    assert again["staff"] == made["staff"]
    acts = IdentityAudit.objects.filter(subject=made["staff"]["id"]).order_by("id")
    assert [row.act for row in acts] == ["role.granted", "totp.enrolled"]
    assert {row.actor for row in acts} == {f"user:{my_id()}"}
    assert all(row.request_id for row in acts)


def test_a_role_is_taken_by_id_or_by_phone():
    phone = new_phone()
    made = appointed("mediator", phone=phone)["staff"]
    appointed("trainer", phone=phone)
    left = ask(REVOKE, {"role": "mediator", "county": COUNTY, "id": made["id"]})["revokeStaffRole"]
    assert [role["role"] for role in left["roles"]] == ["trainer"]
    assert ask(REVOKE, {"role": "mediator", "county": COUNTY, "id": made["id"]})["revokeStaffRole"] == left
    left = ask(REVOKE, {"role": "trainer", "county": COUNTY, "phone": phone})["revokeStaffRole"]
    assert left["roles"] == []
    assert not User.objects.get(id=made["id"]).is_staff_member
    revoked = IdentityAudit.objects.filter(subject=made["id"], act="role.revoked")
    assert [row.detail["role"] for row in revoked.order_by("id")] == ["mediator", "trainer"]


def test_roles_of_the_city_are_given_without_a_county():
    made = appointed("city_analyst", None)
    assert [role["county"] for role in made["staff"]["roles"]] == [None]
    assert refused(APPOINT, {"phone": new_phone(), "role": "city_analyst", "county": COUNTY}) == [
        "role_level"
    ]
    assert refused(APPOINT, {"phone": new_phone(), "role": "treasurer"}) == ["role_level"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "worker"}, "role_not_staff"),
        ({"role": "employer_owner"}, "role_not_staff"),
        ({"role": "insurer", "county": None}, "role_not_staff"),
        ({"role": "agency", "county": None}, "role_not_staff"),
        ({"role": "king"}, "role_unknown"),
        ({"county": "atlantis"}, "county_unknown"),
        ({"phone": "059812345678"}, "phone_not_mobile"),
        ({"phone": "1"}, "phone_format"),
    ],
)
def test_what_the_city_does_not_give(changes, code):
    before = Membership.objects.count()
    asked = {"phone": new_phone(), "role": "treasurer", "county": COUNTY, **changes}
    assert refused(APPOINT, asked) == [code]
    assert Membership.objects.count() == before


def test_nobody_appoints_themselves_or_leaves_the_house_without_keys(counties):
    phone, made = staff("city_admin", None)
    token = log_in(phone, totp_secret=made.totp_secret)
    asked = {"phone": phone, "role": "treasurer", "county": COUNTY}
    assert refused(APPOINT, asked, token=token) == ["role_self"]
    own = {"role": "city_admin", "id": str(made.user_id)}
    assert refused(REVOKE, own, token=token) == ["role_own"]
    assert refused(RESET, {"id": str(made.user_id)}, token=token) == ["forbidden"]
    assert Membership.objects.filter(user_id=made.user_id).count() == 1


def test_the_last_administrator_of_a_county_stays_until_another_is_there(counties):
    county = counties["mingxi"]
    for held in Membership.objects.filter(county_id=county.id, role_id="county_admin"):
        revoke_role(actor=SYSTEM, user_id=held.user_id, role="county_admin", county=county, now=real_now())
    only = appointed("county_admin", "mingxi")["staff"]
    last = {"role": "county_admin", "county": "mingxi", "id": only["id"]}
    assert refused(REVOKE, last) == ["role_last_admin"]
    other = appointed("county_admin", "mingxi")["staff"]
    assert ask(REVOKE, last)["revokeStaffRole"]["roles"] == []
    assert refused(REVOKE, {**last, "id": other["id"]}) == ["role_last_admin"]
    assert ask(REVOKE, last)["revokeStaffRole"]["roles"] == [], "what is gone stays gone, quietly"


def test_of_two_who_dismiss_each_other_at_once_one_stays(counties):
    """Twenty rounds: each takes the other's role; never may both succeed."""
    county = counties["mingxi"]
    for _ in range(20):
        Membership.objects.filter(county_id=county.id, role_id="county_admin").delete()
        pair = [staff("county_admin", county)[1].user_id for _ in range(2)]
        start = Barrier(2)
        outcome: list[str] = []

        def dismiss(by, whom, start=start, outcome=outcome):
            who = Identified(user_id=by, client_id=None, county_id=None, mfa=True)
            actor = actor_in(who, county, Channel.APP)
            try:
                start.wait()
                revoke_role(actor=actor, user_id=whom, role="county_admin", county=county, now=real_now())
                outcome.append("gone")
            except DomainError as refusal:
                outcome.append(refusal.code)
            finally:
                connections.close_all()

        racers = [Thread(target=dismiss, args=order) for order in (pair, pair[::-1])]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert outcome.count("gone") == 1, outcome
        assert Membership.objects.filter(county_id=county.id, role_id="county_admin").count() == 1


def test_the_last_one_is_told_from_one_of_two(counties):
    county = counties["mingxi"]
    Membership.objects.filter(county_id=county.id, role_id="county_admin").delete()
    only = staff("county_admin", county)[1].user_id
    with pytest.raises(DomainError, match=r"^role_last_admin"):
        check_another_admin(only, county)
    check_another_admin(uuid7(), county)


def test_a_lost_device_is_replaced_wherever_its_owner_works(counties):
    phone = new_phone()
    made = appointed("hall_operator", phone=phone)
    appointed("trainer", "ninghua", phone=phone)
    reset = ask(RESET, {"id": made["staff"]["id"]})["resetStaffTotp"]
    assert reset["totpSecret"] not in (None, made["totpSecret"])
    assert log_in(phone, totp_secret=reset["totpSecret"])
    plain = create_staff(
        actor=SYSTEM, phone=new_phone(), role="worker", county=counties[COUNTY], now=real_now()
    )
    for nobody in ("x", str(uuid7()), str(plain.user_id)):
        assert refused(RESET, {"id": nobody}) == ["user_unknown"]


def test_whoever_reads_figures_changes_no_staff():
    asked = {"role": "trainer", "county": COUNTY}
    made = appointed("trainer")["staff"]
    assert refused(APPOINT, {"phone": new_phone(), **asked}, role="city_analyst") == ["forbidden"]
    assert refused(REVOKE, {"id": made["id"], **asked}, role="city_analyst") == ["forbidden"]
    assert refused(RESET, {"id": made["id"]}, role="city_analyst") == ["forbidden"]
    assert refused(LIST, role="city_analyst") == ["forbidden"]
    assert refused(REVOKE, {"role": "trainer", "county": COUNTY}) == ["graphql_argument"]
    assert refused(REVOKE, {"role": "trainer", "county": COUNTY, "phone": new_phone()}) == ["user_unknown"]
    assert refused(REVOKE, {"role": "trainer", "county": COUNTY, "id": "x"}) == ["user_unknown"]


def test_rights_over_staff_are_asked_of_the_database_and_of_the_city_alone(counties):
    """An actor whose role was taken meanwhile, and one whose scope came from a county by mistake."""
    county, whom = counties[COUNTY], staff("trainer", counties[COUNTY])[1].user_id
    made = staff("city_admin", None)[1]
    who = Identified(user_id=made.user_id, client_id=None, county_id=None, mfa=True)
    actor = actor_in_city(who, Channel.API)
    revoke_role(actor=SYSTEM, user_id=made.user_id, role="city_admin", county=None, now=real_now())
    with pytest.raises(DomainError, match=r"^forbidden"):
        grant_role(actor=actor, user_id=whom, role="mediator", county=county, now=real_now())
    locked = actor_in_city(
        Identified(user_id=staff("city_admin", None)[1].user_id, client_id=None, county_id=None, mfa=False),
        Channel.API,
    )
    with pytest.raises(DomainError, match=r"^forbidden"):
        grant_role(actor=locked, user_id=whom, role="mediator", county=county, now=real_now())


def test_all_staff_is_listed_in_pages_and_by_place_and_role():
    phone = new_phone()
    both = appointed("trainer", phone=phone)["staff"]
    appointed("mediator", "ninghua", phone=phone)
    analyst = appointed("city_analyst", None)["staff"]
    here = all_of(LIST, county=COUNTY)
    assert [row["id"] for row in here] == sorted({row["id"] for row in here}, reverse=True)
    found = next(row for row in here if row["id"] == both["id"])
    assert {(role["role"], role["county"]) for role in found["roles"]} == {
        ("trainer", COUNTY),
        ("mediator", "ninghua"),
    }
    assert analyst["id"] not in {row["id"] for row in here}
    city = all_of(LIST, city=True)
    assert analyst["id"] in {row["id"] for row in city}
    assert all(any(role["county"] is None for role in row["roles"]) for row in city)
    trainers = all_of(LIST, county=COUNTY, role="trainer")
    assert both["id"] in {row["id"] for row in trainers}
    assert all({"trainer"} & {role["role"] for role in row["roles"]} for row in trainers)
    assert refused(LIST, {"county": COUNTY, "city": True}) == ["graphql_argument"]
    assert refused(LIST, {"role": "worker"}) == ["role_not_staff"]
    assert refused(LIST, {"first": 101}) == ["invalid_value"]
    assert refused(LIST, {"after": "x"}) == ["graphql_cursor"]


def test_a_countys_staff_is_read_with_a_purpose_and_without_what_they_do_elsewhere(counties):
    phone = new_phone()
    made = appointed("trainer", phone=phone)["staff"]
    appointed("mediator", "ninghua", phone=phone)
    seen = all_of(DRILL, county=COUNTY, purpose="岗位核查", role="trainer")
    found = next(row for row in seen if row["id"] == made["id"])
    assert [(role["role"], role["county"]) for role in found["roles"]] == [("trainer", COUNTY)]
    with run_in_county(COUNTY):
        row = AuditRow.objects.filter(act="city.staff_read").order_by("-id").first()
        assert row is not None
        assert (row.purpose, row.detail["role"]) == ("岗位核查", "trainer")
    bad = {"county": COUNTY, "purpose": " "}
    assert codes(post({"query": DRILL, "variables": bad}, token=city_token())[1]) == ["graphql_purpose"]
    bad = {"county": COUNTY, "purpose": "岗位核查"}
    answer = post({"query": DRILL, "variables": bad}, token=city_token("city_analyst"))[1]
    assert codes(answer) == ["forbidden"]


def test_the_queries_do_not_grow_with_the_staff():
    counted = []
    for first in (1, 10):
        for query, variables in ((LIST, {}), (DRILL, {"county": COUNTY, "purpose": "岗位核查"})):
            with queries() as count:
                ask(query, {**variables, "first": first})
            counted.append(dict(count))
    assert counted[0] == counted[2]
    assert counted[1] == counted[3]
    assert counted[0]["identity"] == 6  # session, user, rights; logins, roles, one-time passwords
    assert counted[1]["identity"] == 6


def test_the_roles_and_what_each_may_do():
    told = ask("{ roles { code level staff name nameEn scopes } }", role="city_analyst")["roles"]
    assert {row["code"]: frozenset(row["scopes"]) for row in told} == {
        role.code: role.scopes for role in role_table().values()
    }
