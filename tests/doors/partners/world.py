"""What an insurer has in a county: a connection, policies, claims on its own policies."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from jwcrypto.jwk import JWK

from compliance.claims.contracts import ClaimDetail
from compliance.claims.selectors import claim_of_insurer
from compliance.insurance.contracts import PolicyView
from compliance.insurance.models import Connection
from compliance.insurance.selectors import policy_view
from compliance.insurance.use_cases.connect_insurer import connect_insurer
from compliance.insurance.use_cases.request_cover import made as policy_made
from compliance.insurance.use_cases.request_cover import saved
from compliance.rates.contracts import Layer, Price, ProductView, Starts
from kernel.actor import SYSTEM
from kernel.clock import business_day
from kernel.ids import uuid7
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.compliance.claims import made
from tests.compliance.people import a_worker
from tests.files import samples

PAPERS = [{"code": "invoice", "note": "医疗费用发票"}, {"code": "record"}]


PREMIUM_FEN = 700
_numbers = itertools.count(1)


@cache
def private_key() -> JWK:
    """The key pair of every insurer of these tests."""
    return JWK.generate(kty="EC", crv="P-256")


def connect(county: CountyRef, insurer: str) -> None:
    """Connects the county with the insurer, once."""
    with run_in_county(county) as work:
        if not Connection.objects.filter(insurer=insurer).exists():
            connect_insurer(
                insurer=insurer,
                adapter="linggong",
                base_url="https://127.0.0.1:9/linggong",
                public_key=private_key().export_public(as_dict=True),
                actor=SYSTEM,
                now=work.now,
            )


def a_policy(
    county: CountyRef, insurer: str, *, consent: bool = True, starts: Starts = Starts.AT_ONCE
) -> UUID:
    """A policy that the insurer was asked for and has not answered yet."""
    connect(county, insurer)
    product = ProductView(f"{insurer}_job", insurer, Layer.TOP_UP, "意外险", "Accident", starts, True)
    table: Any = SimpleNamespace(id=uuid7(), version=3)
    with run_in_county(county) as work:
        _, worker = a_worker(work, insurance_consent=consent)
        policy = policy_made(
            product,
            table,
            Price(PREMIUM_FEN, 4, 80_000_000, 2_000_000),
            assignment_id=uuid7(),
            order_id=uuid7(),
            worker_id=worker.id,
            trade="bricklaying",
            on=business_day(work.now) + timedelta(days=1),
            days=1,
            heads=5,
            level="standard",
            now=work.now,
        )
        return saved(policy, actor=SYSTEM, now=work.now)


def the_policy(county: CountyRef, policy_id: UUID) -> PolicyView:
    with run_in_county(county):
        return policy_view(policy_id)


@dataclass(frozen=True)
class Certificate:
    """A PDF of an insurer's, with a number that no other policy has."""

    number: str
    content: bytes

    def said(self, **changes: Any) -> dict[str, Any]:
        """The members of an issued answer."""
        return {
            "premium_fen": PREMIUM_FEN,
            "certificate_number": self.number,
            "certificate_sha256": hashlib.sha256(self.content).hexdigest(),
            "certificate": base64.b64encode(self.content).decode(),
            **changes,
        }


def a_certificate() -> Certificate:
    number = f"T-{uuid7().hex[-8:]}-{next(_numbers):06d}"
    return Certificate(number, samples.pdf(text=f"Certificate {number}"))


def a_claim(county: CountyRef, insurer: str, *, pictures: int = 0) -> UUID:
    """A claim that has just been reported on a policy of the insurer."""
    with run_in_county(county) as work:
        case = made.accident(work, insurer=insurer)
        kept = [made.picture(work, case.worker) for _ in range(pictures)]
        return made.opened(case, pictures=kept).id


def the_claim(county: CountyRef, insurer: str, claim_id: UUID) -> ClaimDetail:
    with run_in_county(county):
        return claim_of_insurer(insurer, claim_id)


def about(kind: str, subject: UUID | str, data: Any) -> dict[str, Any]:
    """A message of the contract's section 5."""
    return {"type": kind, "subject": str(subject), "time": "2027-04-05T02:00:00Z", "data": data}


def claim_messages(claim_id: UUID) -> Sequence[dict[str, Any]]:
    """What an insurer says in the life of a claim, in order."""
    return [
        about("claim.acknowledged", claim_id, {"reference": "CL-000017"}),
        about("claim.papers_wanted", claim_id, {"papers": PAPERS}),
        about("claim.decided", claim_id, {"accepted": True, "amount_fen": 120_000}),
        about("claim.paid", claim_id, {"amount_fen": 120_000, "reference": "PAY-1"}),
    ]
