"""Giving and taking rights, and who reaches the tables."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import UUID

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.db import ProgrammingError, connections

from kernel.actor import SYSTEM, Actor, Channel
from kernel.clock import real_now
from kernel.errors import DomainError
from kernel.ids import uuid7
from tenants.county import run_in_county
from tenants.identity.authenticate import actor_in
from tenants.identity.contracts import Identified
from tenants.identity.models import IdentityAudit, Membership, RoleScope, User
from tenants.identity.roles import role_table
from tenants.identity.selectors import api_clients_of, memberships_of, staff_of
from tenants.identity.tasks import purge_expired
from tenants.identity.use_cases.create_api_client import create_api_client, grantable_scopes
from tenants.identity.use_cases.create_staff import create_staff
from tenants.identity.use_cases.ensure_user import ensure_user
from tenants.identity.use_cases.grant_role import grant_role
from tenants.identity.use_cases.join_county import join_county
from tenants.identity.use_cases.reset_totp import reset_totp
from tenants.identity.use_cases.revoke_api_client import revoke_api_client
from tenants.identity.use_cases.revoke_role import revoke_role
from tests.harness.servers import superuser
from tests.identity.helpers import new_phone, staff

pytestmark = pytest.mark.usefixtures("counties")


def refused(code):
    return pytest.raises(DomainError, match=f"^{code}")


def acting(user_id, county, *, mfa=True) -> Actor:
    found = Identified(user_id=user_id, client_id=None, county_id=None, mfa=mfa)
    return actor_in(found, county, Channel.APP)


def admin_of(county) -> Actor:
    return acting(staff("county_admin", county)[1].user_id, county)


def login_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def somebody():
    return ensure_user(phone=new_phone(), now=real_now())


def test_the_roles_in_the_database_are_those_of_the_file():
    stored = set(RoleScope.objects.values_list("role_id", "scope"))
    assert stored == {(role.code, scope) for role in role_table().values() for scope in role.scopes}
    hall = role_table()["hall_operator"].scopes
    assert (
        role_table()["worker"].scopes
        | role_table()["employer_owner"].scopes
        | {
            "act_for",
            "people:register",
            "insurance:read",
        }
        == hall
    )
    plain = {"worker", "employer_owner", "employer_foreman", "insurer", "agency"}
    assert {role.code for role in role_table().values() if not role.staff} == plain


def test_a_county_admin_gives_and_takes_roles_at_home_only(counties):
    jiangle, youxi, whom = counties["jiangle"], counties["youxi"], somebody()
    admin = admin_of(jiangle)
    assert grant_role(actor=admin, user_id=whom, role="hall_operator", county=jiangle, now=real_now())
    assert not grant_role(actor=admin, user_id=whom, role="hall_operator", county=jiangle, now=real_now())
    assert User.objects.get(id=whom).is_staff_member
    assert [view.role for view in memberships_of(whom)] == ["hall_operator"]
    assert whom in {view.user_id for view in staff_of(admin, jiangle)}
    for county, code in ((youxi, "forbidden"), (None, "role_level")):
        with refused(code):
            grant_role(actor=admin, user_id=whom, role="hall_operator", county=county, now=real_now())
    with refused("forbidden"):
        grant_role(actor=admin, user_id=whom, role="city_admin", county=None, now=real_now())
    with refused("role_level"):
        grant_role(actor=admin, user_id=whom, role="city_admin", county=jiangle, now=real_now())
    with refused("role_unknown"):
        grant_role(actor=admin, user_id=whom, role="king", county=jiangle, now=real_now())
    with refused("user_unknown"):
        grant_role(actor=admin, user_id=uuid7(), role="worker", county=jiangle, now=real_now())
    with refused("forbidden"):
        revoke_role(actor=admin, user_id=whom, role="hall_operator", county=youxi, now=real_now())
    assert revoke_role(actor=admin, user_id=whom, role="hall_operator", county=jiangle, now=real_now())
    assert not revoke_role(actor=admin, user_id=whom, role="hall_operator", county=jiangle, now=real_now())
    assert not User.objects.get(id=whom).is_staff_member
    acts = (
        IdentityAudit.objects.filter(subject=str(whom))
        .order_by("id")
        .values_list("act", "actor", "county_id")
    )
    assert list(acts) == [("role.granted", admin.key, jiangle.id), ("role.revoked", admin.key, jiangle.id)]


def test_rights_in_one_county_are_none_in_another_even_with_its_actor(counties):
    """An actor made for one county and passed with another, as a mistake in a door would."""
    admin = admin_of(counties["jiangle"])
    for verb in (grant_role, revoke_role):
        with refused("forbidden"):
            verb(actor=admin, user_id=somebody(), role="worker", county=counties["youxi"], now=real_now())
    with refused("forbidden"):
        create_api_client(
            actor=admin, county=counties["youxi"], name="x", scopes=["orders:read"], now=real_now()
        )


def test_an_admin_without_totp_or_without_the_role_grants_nothing(counties):
    jiangle = counties["jiangle"]
    admin = acting(staff("county_admin", jiangle)[1].user_id, jiangle, mfa=False)
    with refused("totp_required"):
        grant_role(actor=admin, user_id=somebody(), role="worker", county=jiangle, now=real_now())
    hall = acting(staff("hall_operator", jiangle)[1].user_id, jiangle)
    with refused("forbidden"):
        grant_role(actor=hall, user_id=somebody(), role="worker", county=jiangle, now=real_now())


def test_an_admin_keeps_the_own_role(counties):
    jiangle = counties["jiangle"]
    admin = admin_of(jiangle)
    with refused("role_own"):
        revoke_role(actor=admin, user_id=login_of(admin), role="county_admin", county=jiangle, now=real_now())


def test_registering_brings_its_role_and_no_other(counties):
    jiangle, me = counties["jiangle"], somebody()
    actor = acting(me, jiangle)
    assert join_county(actor=actor, county=jiangle, role="worker", now=real_now())
    assert not join_county(actor=actor, county=jiangle, role="worker", now=real_now())
    assert acting(me, jiangle).roles == {"worker"}
    assert acting(me, counties["youxi"]).roles == frozenset()
    with refused("role_not_self_service"):
        join_county(actor=actor, county=jiangle, role="county_admin", now=real_now())
    with refused("forbidden"):
        join_county(actor=actor, county=jiangle, role="worker", user_id=somebody(), now=real_now())
    hall = acting(staff("hall_operator", jiangle)[1].user_id, jiangle)
    assert join_county(actor=hall, county=jiangle, role="worker", user_id=somebody(), now=real_now())


def test_a_phone_has_one_login_however_many_ask_at_once():
    phone, found, start = new_phone(), [], Barrier(6)

    def ask():
        try:
            start.wait()
            found.append(ensure_user(phone=phone, now=real_now()))
        finally:
            connections.close_all()

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_staff_are_created_once_with_a_secret_shown_once(counties):
    phone, jiangle = new_phone(), counties["jiangle"]
    made = create_staff(actor=SYSTEM, phone=phone, role="treasurer", county=jiangle, now=real_now())
    assert made.totp_secret is not None
    assert made.totp_secret not in repr(made)
    again = create_staff(actor=SYSTEM, phone=phone, role="mediator", county=jiangle, now=real_now())
    assert (again.user_id, again.totp_secret) == (made.user_id, None)
    plain = create_staff(actor=SYSTEM, phone=new_phone(), role="worker", county=jiangle, now=real_now())
    assert plain.totp_secret is None


def test_a_lost_device_is_replaced_by_the_county_that_alone_employs(counties):
    jiangle = counties["jiangle"]
    admin = admin_of(jiangle)
    whom = staff("hall_operator", jiangle)[1].user_id
    secret = reset_totp(actor=admin, user_id=whom, county=jiangle, now=real_now()).totp_secret
    assert secret is not None
    assert Authenticator.objects.filter(user_id=whom).count() == 1
    with refused("forbidden"):
        reset_totp(actor=admin, user_id=login_of(admin), county=jiangle, now=real_now())
    with refused("user_unknown"):
        reset_totp(actor=admin, user_id=somebody(), county=jiangle, now=real_now())
    grant_role(actor=SYSTEM, user_id=whom, role="city_admin", county=None, now=real_now())
    with refused("forbidden"):
        reset_totp(actor=admin, user_id=whom, county=jiangle, now=real_now())


def test_machines_hold_what_machines_may(counties):
    jiangle, youxi = counties["jiangle"], counties["youxi"]
    admin = admin_of(jiangle)
    for scopes in (["roles:grant"], ["policy:write"], ["city:read"], ["*"], ["no:such"], []):
        with refused("scope_not_grantable"):
            create_api_client(actor=admin, county=jiangle, name="x", scopes=scopes, now=real_now())
    made = create_api_client(actor=admin, county=jiangle, name="x", scopes=["act_for"], now=real_now())
    assert made.secret not in repr(made)
    assert (made.client_id, "x", frozenset({"act_for"})) in api_clients_of(admin, jiangle)
    assert "people:register" in grantable_scopes()
    with refused("client_unknown"):
        revoke_api_client(actor=admin_of(youxi), county=youxi, client_id=made.client_id, now=real_now())
    with refused("text_length"):
        create_api_client(actor=admin, county=jiangle, name=" ", scopes=["act_for"], now=real_now())


def test_a_membership_of_the_city_is_one_row_too(counties):
    whom = somebody()
    for _ in range(2):
        grant_role(actor=SYSTEM, user_id=whom, role="city_analyst", county=None, now=real_now())
    assert Membership.objects.filter(user_id=whom).count() == 1


def test_purging_takes_what_no_longer_counts_and_can_run_twice():
    purge_expired()
    assert purge_expired() == 0


_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r'
      AND c.relname ~ '^(identity|account|mfa|oauth2_provider|auth|django_session|django_content)'
"""


def test_only_the_identity_login_reaches_identities(database, counties):
    with psycopg.connect(**superuser(), dbname=database) as server:
        tables = [row[0] for row in server.execute(_TABLES)]
        assert len(tables) > 15
        roles = [
            row[0]
            for row in server.execute(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE 'lgtest%' AND NOT rolsuper "
                "AND rolname NOT IN ('lgtest_owner', 'lgtest_identity')"
            )
        ]
        assert len(roles) > 12
        for table in tables:
            assert server.execute(
                "SELECT has_table_privilege('lgtest_identity', %s, 'SELECT')", [f"public.{table}"]
            ).fetchone() == (True,), table
            for role in roles:
                found = server.execute(
                    "SELECT has_table_privilege(%s, %s, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')",
                    [role, f"public.{table}"],
                ).fetchone()
                assert found == (False,), (role, table)
        seen = server.execute(
            "SELECT count(*) FROM information_schema.role_table_grants "
            "WHERE grantee = 'lgtest_identity' AND table_name !~ "
            "'^(identity|account|mfa|oauth2_provider|auth|django_session|django_content)'"
        ).fetchone()
        assert seen == (0,)


def test_a_county_cannot_read_users_and_an_audit_row_stays(counties):
    with pytest.raises(ProgrammingError, match="permission denied"), run_in_county(counties["jiangle"]):
        connections["default"].cursor().execute("SELECT 1 FROM public.identity_user")
    for statement in ("DELETE FROM identity_identityaudit", "UPDATE identity_identityaudit SET act = ''"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            connections["identity"].cursor().execute(statement)
