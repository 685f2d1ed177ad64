"""Machine clients of insurers: bound to a county and an insurer, good at the partners' door alone."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from kernel.actor import Actor, Channel
from kernel.clock import real_now
from kernel.errors import DomainError
from tenants.identity.authenticate import actor_in, actor_in_city, authenticate_request, partner_in
from tenants.identity.contracts import Identified
from tenants.identity.models import IdentityAudit
from tenants.identity.selectors import api_clients_of, partner_clients_of
from tenants.identity.use_cases.create_api_client import create_api_client, grantable_scopes
from tenants.identity.use_cases.create_partner_client import create_partner_client, partner_scopes
from tenants.identity.use_cases.revoke_api_client import revoke_api_client, revoke_partner_client
from tests.identity.helpers import staff

pytestmark = pytest.mark.usefixtures("counties")


def refused(code):
    return pytest.raises(DomainError, match=f"^{code}")


def acting(role, county, *, mfa=True) -> Actor:
    user_id = staff(role, county)[1].user_id
    return actor_in(Identified(user_id=user_id, client_id=None, county_id=None, mfa=mfa), county, Channel.APP)


def made_for(county, partner="minjiang", scopes=("partner:read", "partner:write"), **changes):
    given = {"actor": acting("insurance_officer", county), "county": county, "partner": partner}
    return create_partner_client(**{**given, "name": "沙溪", "scopes": scopes, **changes}, now=real_now())


def token_of(made, **more) -> str:
    body = {
        "grant_type": "client_credentials",
        "client_id": made.client_id,
        "client_secret": made.secret,
        **more,
    }
    answer = Client().post("/o/token/", body)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def identified(token: str) -> Identified:
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    found = authenticate_request(request)
    assert found is not None
    return found


def test_an_insurers_token_opens_its_county_at_the_partners_door_alone(counties):
    jiangle, youxi = counties["jiangle"], counties["youxi"]
    found = identified(token_of(made_for(jiangle)))
    actor = partner_in(found, jiangle, "r-1")
    assert (actor.partner, actor.scopes, actor.channel) == ("minjiang", partner_scopes(), Channel.API)
    assert actor.key == f"client:{found.client_id}"
    with refused("token_other_county"):
        partner_in(found, youxi)
    with refused("token_of_partner"):
        actor_in(found, jiangle, Channel.API)
    with refused("token_other_county"):
        actor_in_city(found, Channel.API)


def test_a_token_asked_for_less_gets_less(counties):
    found = identified(token_of(made_for(counties["jiangle"]), scope="partner:read"))
    assert found.scopes == {"partner:read"}


def test_people_and_a_countys_machines_are_no_partners(counties):
    jiangle = counties["jiangle"]
    machine = create_api_client(
        actor=acting("county_admin", jiangle),
        county=jiangle,
        name="x",
        scopes=["orders:read"],
        now=real_now(),
    )
    person = Identified(
        user_id=staff("county_admin", jiangle)[1].user_id, client_id=None, county_id=None, mfa=True
    )
    for found in (identified(token_of(machine)), person):
        with refused("token_not_partner"):
            partner_in(found, jiangle)


@pytest.mark.parametrize(
    "scopes",
    [[], ["orders:read"], ["partner:read", "insurance:write"], ["*"], ["roles:grant"], ["city:read"]],
)
def test_an_insurers_machine_holds_partner_scopes_only(counties, scopes):
    with refused("scope_not_grantable"):
        made_for(counties["jiangle"], scopes=scopes)


def test_a_countys_machine_never_holds_partner_scopes_or_what_people_do(counties):
    assert not grantable_scopes() & partner_scopes()
    for scope in ("rates:review", "fund:write", "insurance:write", "bordereaux:settle"):
        assert scope not in grantable_scopes()


def test_only_those_who_keep_insurance_in_this_county_make_its_clients(counties):
    jiangle, youxi = counties["jiangle"], counties["youxi"]
    for role in ("hall_operator", "treasurer", "station_clerk"):
        with refused("forbidden"):
            made_for(jiangle, actor=acting(role, jiangle))
    with refused("totp_required"):
        made_for(jiangle, actor=acting("insurance_officer", jiangle, mfa=False))
    with refused("forbidden"):  # an actor of one county handed on with another, as a mistake would
        made_for(jiangle, actor=acting("insurance_officer", youxi))
    with refused("insurer_unknown"):
        made_for(jiangle, partner="nobody")
    assert made_for(jiangle, actor=acting("county_admin", jiangle)).client_id


def test_clients_are_listed_and_revoked_by_county_and_insurer(counties):
    jiangle, youxi = counties["jiangle"], counties["youxi"]
    made = made_for(jiangle)
    assert made.secret not in repr(made)
    officer = acting("insurance_officer", jiangle)
    listed = partner_clients_of(officer, jiangle, "minjiang")
    assert made.client_id in {view.client_id for view in listed}
    assert {view.partner for view in listed} == {"minjiang"}
    assert made.client_id not in {view.client_id for view in partner_clients_of(officer, jiangle, "jinxi")}
    admin = acting("county_admin", jiangle)
    assert made.client_id not in {client_id for client_id, _, _ in api_clients_of(admin, jiangle)}
    assert partner_clients_of(officer, jiangle, "") == []
    token = token_of(made)
    wrong = (
        lambda: revoke_partner_client(
            actor=officer, county=jiangle, partner="jinxi", client_id=made.client_id, now=real_now()
        ),
        lambda: revoke_partner_client(
            actor=acting("insurance_officer", youxi),
            county=youxi,
            partner="minjiang",
            client_id=made.client_id,
            now=real_now(),
        ),
        lambda: revoke_api_client(actor=admin, county=jiangle, client_id=made.client_id, now=real_now()),
    )
    for act in wrong:
        with refused("client_unknown"):
            act()
    assert identified(token).partner == "minjiang"
    revoke_partner_client(
        actor=officer, county=jiangle, partner="minjiang", client_id=made.client_id, now=real_now()
    )
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    assert authenticate_request(request) is None
    acts = IdentityAudit.objects.filter(subject=made.client_id).order_by("id")
    assert [(row.act, row.actor) for row in acts][1:] == [("client.revoked", officer.key)]
    assert acts[0].detail["partner"] == "minjiang"
