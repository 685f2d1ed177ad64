"""Keys of partners, and messages that count once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from kernel.actor import SYSTEM, Actor, Channel
from kernel.clock import real_now
from kernel.errors import DomainError
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.webhooks.partner import as_partner, new_partner
from webhooks.inbound import accept
from webhooks.keys import issue_key, keys, live_secrets, rotate_key
from webhooks.models import InboundMessage, PartnerKey
from webhooks.signing import sign
from webhooks.states import Direction

pytestmark = pytest.mark.usefixtures("counties")
BODY = b'{"type":"policy.refused"}'


@pytest.fixture(scope="module")
def county(counties: dict[str, CountyRef]) -> CountyRef:
    return counties["youxi"]


def issued(county: CountyRef, partner: str, direction: Direction = Direction.IN) -> str:
    with run_in_county(county) as work:
        return issue_key(partner=partner, direction=direction, actor=SYSTEM, now=work.now)


def rotated(county: CountyRef, partner: str, **kwargs: int) -> str:
    with run_in_county(county) as work:
        return rotate_key(partner=partner, direction="in", actor=SYSTEM, now=work.now, **kwargs)


def live(county: CountyRef, partner: str, direction: str = "in") -> list[str]:
    with run_in_county(county):
        return live_secrets(partner, direction)


def test_two_keys_at_most_are_live_newest_first(county: CountyRef) -> None:
    partner = new_partner()
    first = issued(county, partner)
    assert live(county, partner) == [first]
    second = rotated(county, partner)
    assert live(county, partner) == [second, first]
    third = rotated(county, partner)
    assert live(county, partner) == [third, second]
    fourth = rotated(county, partner, keep_hours=0)
    assert live(county, partner) == [fourth]
    assert live(county, partner, "out") == []


def test_a_second_first_key_and_odd_hours_are_refused(county: CountyRef) -> None:
    partner = new_partner()
    with pytest.raises(DomainError, match="partner_key_missing"):
        rotated(county, partner)
    issued(county, partner)
    with pytest.raises(DomainError, match="partner_key_exists"):
        issued(county, partner)
    for hours in (-1, 169, True, 1.5):
        with pytest.raises(DomainError, match="keep_hours"):
            rotated(county, partner, keep_hours=hours)


def test_secrets_are_sealed_and_never_in_a_view(county: CountyRef) -> None:
    partner = new_partner()
    secret = issued(county, partner)
    with run_in_county(county):
        row = PartnerKey.objects.get(partner=partner)
        (view,) = keys(partner)
    assert secret not in row.secret_sealed
    assert secret.removeprefix("whsec_") not in repr(view)


def test_who_may(county: CountyRef) -> None:
    partner, other = new_partner(), new_partner()
    issued(county, partner)
    staff = Actor(None, frozenset({"insurance:write"}), frozenset({"county_admin"}), Channel.HALL, "c")
    reader = Actor(None, frozenset({"insurance:read"}), frozenset({"treasurer"}), Channel.HALL, "c")
    for actor in (staff, as_partner(partner)):
        with run_in_county(county) as work:
            rotate_key(partner=partner, direction="in", actor=actor, now=work.now)
    for actor in (reader, as_partner(other)):
        with run_in_county(county) as work, pytest.raises(DomainError, match="forbidden"):
            rotate_key(partner=partner, direction="in", actor=actor, now=work.now)


def receive(county: CountyRef, partner: str, secret: str, message_id: str, body: bytes = BODY):
    with run_in_county(county):
        return accept(partner=partner, headers=sign([secret], message_id, real_now(), body), body=body)


def test_a_message_counts_once_and_its_id_belongs_to_its_body(county: CountyRef) -> None:
    partner, other = new_partner(), new_partner()
    secret, others = issued(county, partner), issued(county, other)
    assert receive(county, partner, secret, "m1").repeated is False
    assert receive(county, partner, secret, "m1").repeated is True
    with pytest.raises(DomainError, match="message_reused"):
        receive(county, partner, secret, "m1", b"{}")
    assert receive(county, other, others, "m1", b"{}").repeated is False, "ids are each partner's own"


def test_what_rolled_back_did_not_count(county: CountyRef) -> None:
    partner = new_partner()
    secret = issued(county, partner)

    def fail_after_accepting() -> None:
        with run_in_county(county):
            accept(partner=partner, headers=sign([secret], "m1", real_now(), BODY), body=BODY)
            raise RuntimeError("the use case failed")

    with pytest.raises(RuntimeError):
        fail_after_accepting()
    assert receive(county, partner, secret, "m1").repeated is False


def test_another_partner_or_county_cannot_sign(county: CountyRef, counties: dict[str, CountyRef]) -> None:
    partner, other = new_partner(), new_partner()
    issued(county, partner)
    others, elsewhere = issued(county, other), issued(counties["mingxi"], partner)
    outward = issued(county, partner, Direction.OUT)
    for wrong in (others, elsewhere, outward):
        with pytest.raises(DomainError, match="signature_invalid"):
            receive(county, partner, wrong, "m1")
    with run_in_county(county):
        assert not InboundMessage.objects.filter(partner=partner).exists()


def test_the_same_message_at_once_counts_once(county: CountyRef) -> None:
    partner = new_partner()
    secret = issued(county, partner)
    gate = threading.Barrier(8)

    def one(_: int) -> bool:
        try:
            gate.wait()
            return receive(county, partner, secret, "m1").repeated
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(8))) == [False] + [True] * 7


def test_rotation_under_load_rejects_no_valid_message(county: CountyRef) -> None:
    """Senders sign with the newest key they know; each hears of a new one only after it is in force, and
    has let go of the one before the last when the next comes."""
    partner = new_partner()
    known = [issued(county, partner)]
    sent = [0] * 4
    done = threading.Event()

    def send(number: int) -> None:
        try:
            while not done.is_set():
                assert receive(county, partner, known[-1], f"m-{number}-{sent[number]}").repeated is False
                sent[number] += 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(send, number) for number in range(4)]
        try:
            for _ in range(15):
                known.append(rotated(county, partner))
                start = list(sent)
                while any(now < before + 2 for now, before in zip(sent, start, strict=True)):
                    assert not any(sender.done() for sender in senders), [s.exception() for s in senders]
        finally:
            done.set()
        for sender in senders:
            sender.result()
    assert min(sent) >= 15 * 2
    with run_in_county(county):
        assert InboundMessage.objects.filter(partner=partner).count() == sum(sent)


def test_two_rotations_at_once_leave_one_current_key(county: CountyRef) -> None:
    partner = new_partner()
    issued(county, partner)
    gate = threading.Barrier(6)

    def one(_: int) -> str:
        try:
            gate.wait()
            return rotated(county, partner)
        except DomainError as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(one, range(6)))
    fresh = [answer for answer in answers if answer.startswith("whsec_")]
    assert fresh
    assert set(answers) - set(fresh) <= {"partner_key_busy"}
    with run_in_county(county):
        assert PartnerKey.objects.filter(partner=partner, retires_at=None).count() == 1
        assert live_secrets(partner, "in")[0] in fresh
