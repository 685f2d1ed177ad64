"""Both adapters against both reference insurers, over real HTTP: the same words in, the same answers out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from compliance.insurance.contracts import Change, Payer
from compliance.insurance.port import (
    AmendRequest,
    BindRequest,
    CancelRequest,
    Decision,
    InsurerPort,
    InsurerUnavailable,
    Link,
    UnknownToInsurer,
    insurer_port,
)
from compliance.rates.contracts import Layer, Starts
from kernel.ids import uuid7
from linggong.commands.partner.peer import Peer
from tests.harness.insurer import ReferenceInsurer
from tests.partners.setting import CALL, COUNTY, OLD, options, secret


@dataclass
class Line:
    """A county's way to one reference insurer."""

    program: ReferenceInsurer
    port: InsurerPort
    peer: Peer

    def request(self, **changes: Any) -> BindRequest:
        policy_id = uuid7()
        made = BindRequest(
            policy_id=policy_id,
            order_id=uuid7(),
            county=COUNTY,
            product="job",
            layer=Layer.TOP_UP,
            payer=Payer.EMPLOYER,
            table_version=3,
            level="standard",
            trade="bricklaying",
            risk_class=4,
            heads=5,
            on=date(2026, 12, 1),
            days=1,
            starts=Starts.AT_ONCE,
            premium_fen=707,
            death_disability_cover_fen=80_000_000,
            medical_cover_fen=2_000_000,
            requested_at=datetime(2026, 11, 30, 9, 12, 44, 5, tzinfo=UTC),
            insured=uuid7(),
            insured_jwe=self.peer.insured(str(policy_id)),
        )
        return replace(made, **changes)

    def cancel(self, policy_id: UUID) -> int:
        return self.port.cancel(CancelRequest(policy_id, COUNTY, "", "order_cancelled")).refund_fen

    def sold(self, asked: BindRequest) -> list[dict[str, Any]]:
        found = self.program.ledger(COUNTY)
        return [policy for policy in found if policy["policy_id"] == str(asked.policy_id)]


@pytest.fixture(params=["linggong", "jinxi"], scope="module")
def program(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReferenceInsurer]:
    insurer = ReferenceInsurer(tmp_path_factory.mktemp("insurer"), request.param).start()
    insurer.connect(COUNTY, call_keys=[CALL, OLD])
    yield insurer
    insurer.close()


@pytest.fixture
def line(program: ReferenceInsurer) -> Iterator[Line]:
    link = Link(program.code, COUNTY, program.base_url(COUNTY), (CALL, OLD))
    peer = Peer(options(program))
    yield Line(program, insurer_port(program.dialect, link), peer)
    peer.close()
    program.mend()


def test_a_policy_from_bind_to_cancel(line: Line) -> None:
    line.port.ping()
    asked = line.request()
    sold = line.port.bind(asked)
    assert sold.state is Decision.ISSUED
    assert sold.premium_fen == 707
    assert sold.certificate is not None
    assert sold.certificate.startswith(b"%PDF-")
    assert hashlib.sha256(sold.certificate).hexdigest() == sold.certificate_sha256
    again = line.port.bind(replace(asked, insured_jwe=line.peer.insured(str(asked.policy_id))))
    assert again == sold
    assert line.port.poll(asked.policy_id) == sold

    longer = AmendRequest(asked.policy_id, uuid7(), COUNTY, Change.DAY_ADDED, 2, 1_414, asked.insured)
    amended = line.port.amend(longer)
    assert (amended.state, amended.premium_fen) == (Decision.ISSUED, 1_414)
    assert amended.certificate_sha256 != sold.certificate_sha256
    assert line.port.amend(longer) == amended
    other = replace(
        longer,
        amendment_id=uuid7(),
        change=Change.WORKER_REPLACED,
        insured_jwe=line.peer.insured(str(asked.policy_id), serial=2),
    )
    assert line.port.amend(other).state is Decision.ISSUED

    assert [line.cancel(asked.policy_id) for _ in range(2)] == [1_414, 1_414]
    assert line.port.poll(asked.policy_id).state is Decision.CANCELLED
    with pytest.raises(InsurerUnavailable):
        line.port.amend(replace(longer, amendment_id=uuid7()))
    (policy,) = line.sold(asked)
    assert policy["asked"] == 2


def test_other_terms_for_the_same_policy_are_no_answer(line: Line) -> None:
    asked = line.request()
    line.port.bind(asked)
    with pytest.raises(InsurerUnavailable):
        line.port.bind(replace(asked, premium_fen=708))


def test_what_was_never_heard_of(line: Line) -> None:
    asked = line.request()
    with pytest.raises(UnknownToInsurer):
        line.port.poll(asked.policy_id)
    assert line.cancel(asked.policy_id) == 0
    late = line.port.bind(asked)
    assert (late.state, late.reason) == (Decision.REFUSED, "cancelled")


def test_a_refusal_carries_its_reason(line: Line) -> None:
    line.program.fault(refuse="sum_exceeded")
    refused = line.port.bind(line.request())
    assert (refused.state, refused.reason) == (Decision.REFUSED, "sum_exceeded")
    line.program.mend()
    too_old = line.port.bind(line.request(on=date(2060, 1, 1)))
    assert (too_old.state, too_old.reason) == (Decision.REFUSED, "age_not_insurable")


@pytest.mark.parametrize("faults", [{"down": True}, {"unavailable": True}, {"answer_lost": True}])
def test_no_answer_is_told_and_the_next_bind_sells_once(line: Line, faults: dict[str, bool]) -> None:
    asked = line.request()
    line.program.fault(**faults)
    for _ in range(2):
        with pytest.raises(InsurerUnavailable):
            line.port.bind(asked)
    line.program.mend()
    assert line.port.bind(asked).state is Decision.ISSUED
    assert len(line.sold(asked)) == 1


def test_a_changed_premium_and_a_wrong_hash_are_handed_on(line: Line) -> None:
    """What they mean is decided above the port; the adapter must not smooth them over."""
    line.program.fault(change_premium=100)
    assert line.port.bind(line.request()).premium_fen == 807
    line.program.mend()
    line.program.fault(wrong_hash=True)
    sold = line.port.bind(line.request())
    assert sold.certificate is not None
    assert hashlib.sha256(sold.certificate).hexdigest() != sold.certificate_sha256


def test_pending_is_said_or_asked_again(line: Line) -> None:
    """Our contract says so; the dialect is busy until it has decided."""
    asked = line.request()
    line.program.fault(pending=True, hold=True)
    if line.program.dialect == "linggong":
        assert line.port.bind(asked).state is Decision.PENDING
        assert line.port.poll(asked.policy_id).state is Decision.PENDING
    else:
        with pytest.raises(InsurerUnavailable):
            line.port.bind(asked)
    line.program.settle()
    assert line.port.poll(asked.policy_id).state is Decision.ISSUED


def test_a_person_that_cannot_be_read_is_no_answer(line: Line) -> None:
    stranger = line.peer.insured(str(uuid7()))
    asked = line.request(insured_jwe=stranger)
    with pytest.raises(InsurerUnavailable):
        line.port.bind(asked)
    assert line.sold(asked) == []


def test_a_wrong_key_opens_nothing(line: Line) -> None:
    link = Link(line.program.code, COUNTY, line.program.base_url(COUNTY), (secret("wrong"),))
    stranger, asked = insurer_port(line.program.dialect, link), line.request()
    with pytest.raises(InsurerUnavailable):
        stranger.ping()
    with pytest.raises(InsurerUnavailable):
        stranger.bind(asked)
    assert line.sold(asked) == []
