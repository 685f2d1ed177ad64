"""Accidents for the tests of claims: a worker, an employer, a policy and files, new at every call."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from compliance.claims.contracts import ClaimFile, ClaimView, Reporter
from compliance.claims.use_cases import open_claim
from compliance.insurance.contracts import Payer, PolicyView
from compliance.insurance.states import PolicyState
from compliance.rates.contracts import Layer, Starts
from files.contracts import FileKind
from files.use_cases import store_file
from kernel.actor import Actor, Channel
from kernel.ids import uuid7
from tenants.county import CountyWork
from tests.compliance.people import a_worker, actor_with, an_employer
from tests.files import samples

NOW = datetime(2027, 4, 5, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
COVER_FEN = 1_000_000_00
MEDICAL_FEN = 50_000_00
_numbers = itertools.count(1)

INSURER = Actor(
    None, frozenset({"partner:read", "partner:write"}), frozenset({"insurer"}), Channel.API, "c-1"
)


@dataclass(frozen=True)
class Accident:
    """Who was there, and the policy that was in force."""

    worker: Actor
    worker_id: UUID
    employer: Actor
    employer_id: UUID
    policy: PolicyView
    file: ClaimFile


def accident(work: CountyWork, *, insurer: str = "minjiang", trade: str = "sorting") -> Accident:
    worker, worker_view = a_worker(work)
    employer, employer_view = an_employer(work)
    policy = policy_of(worker_view.id, insurer=insurer, trade=trade)
    return Accident(
        worker,
        worker_view.id,
        employer,
        employer_view.id,
        policy,
        file_of(policy, worker_view.id, employer_view.id),
    )


def file_of(policy: PolicyView, worker_id: UUID, employer_id: UUID) -> ClaimFile:
    return ClaimFile(
        order_id=policy.order_id,
        order_number="270405-000001",
        assignment_id=policy.assignment_id,
        worker_id=worker_id,
        employer_id=employer_id,
        trade=policy.trade,
        title="分拣脐橙",
        address="将乐县古镛镇",
        day=policy.on,
        starts_at=NOW - timedelta(hours=2),
        ends_at=NOW + timedelta(hours=6),
        place_no=1,
        checked_in_at=NOW - timedelta(hours=2),
        checked_out_at=None,
        attendance_channel="app",
        policies=(policy.certificate_number,),
    )


def picture(work: CountyWork, actor: Actor) -> UUID:
    return store_file(
        kind=FileKind.CLAIM_PICTURE, name="伤口.jpg", content=samples.picture(), actor=actor, now=work.now
    ).id


def paper(work: CountyWork, actor: Actor) -> UUID:
    return store_file(
        kind=FileKind.CLAIM_PAPER, name="张三丰发票.pdf", content=samples.pdf(), actor=actor, now=work.now
    ).id


WORDS = "搬箱子时被叉车碰到左脚"


def opened(case: Accident, *, now: datetime = NOW, **changes: Any) -> ClaimView:
    values: dict[str, Any] = {
        "policy": case.policy,
        "file": case.file,
        "what": WORDS,
        "where": "分拣棚东侧",
        "when": NOW - timedelta(minutes=20),
        "injured": True,
        "reporter": Reporter.WORKER,
        "channel": Channel.APP,
        "actor": case.worker,
        "now": now,
    }
    return open_claim(**{**values, **changes})


def station() -> Actor:
    return actor_with("station_clerk", channel=Channel.STATION)


def officer() -> Actor:
    return actor_with("insurance_officer")


def policy_of(worker_id: UUID, *, insurer: str, trade: str, on: date = date(2027, 4, 5)) -> PolicyView:
    """A policy that began in the morning; which insurer and order it is of, is all that claims ask."""
    return PolicyView(
        id=uuid7(),
        assignment_id=uuid7(),
        order_id=uuid7(),
        worker_id=worker_id,
        trade=trade,
        on=on,
        days=1,
        insurer=insurer,
        product=f"{insurer}_job",
        layer=Layer.TOP_UP,
        payer=Payer.EMPLOYER,
        starts=Starts.AT_ONCE,
        table_version_id=uuid7(),
        table_version=1,
        level="standard",
        heads=1,
        risk_class=2,
        premium_fen=300,
        employer_premium_fen=300,
        death_disability_cover_fen=COVER_FEN,
        medical_cover_fen=MEDICAL_FEN,
        state=PolicyState.ACTIVE,
        certificate_number=f"MJ-{next(_numbers):06d}",
        certificate_file_id=None,
        certificate_sha256="",
        refusal_reason="",
        refund_fen=0,
        slip="7Q2F9K7Q2F",
        replaces=None,
        amending=False,
        requested_at=NOW - timedelta(hours=5),
        issued_at=NOW - timedelta(hours=4),
        covers_from=NOW - timedelta(hours=4),
        covers_until=NOW + timedelta(hours=14),
        started_at=NOW - timedelta(hours=2),
        ended_at=None,
    )
