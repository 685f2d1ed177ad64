"""One login per kind of user of a sandbox site, so that a newcomer can try every side of it.

The people are made up; their phones are numbers of the sandbox only. Codes come by the sandbox's SMS,
which `GET /<county>/api/v1/sandbox/sms` shows; staff also need the one-time password whose secret is
printed (`linggong totp SECRET`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from compliance.people.selectors import employer_for
from compliance.people.use_cases.register_employer import register_employer
from compliance.people.use_cases.register_worker import register_worker
from kernel.actor import SYSTEM, Actor, Channel
from kernel.errors import DomainError
from ledger.contracts import AccountKind
from ledger.selectors import account
from ledger.use_cases.request_top_up import request_top_up
from linggong.relay import relay_county
from linggong.settings import env
from linggong.site import SAMPLE_COUNTY as COUNTY
from linggong.wiring import HANDLERS
from tenants import directory
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tenants.identity.use_cases.create_staff import create_staff
from tenants.identity.use_cases.ensure_user import ensure_user
from tenants.identity.use_cases.join_county import join_county

CONSENT = "2026-1"
FUNDS_FEN = 2_000_000
_STAFF = (
    ("hall_operator", "大厅经办", "13800000003", True),
    ("certificate_officer", "证书审核员", "13800000004", True),
    ("treasurer", "县财务", "13800000005", True),
    ("county_admin", "县管理员", "13800000006", True),
    ("city_admin", "市管理员", "13800000007", False),
    ("city_analyst", "市分析员", "13800000008", False),
)


@dataclass(frozen=True, slots=True)
class Login:
    """`totp` is empty for people who need none."""

    role: str
    name: str
    phone: str
    totp: str = ""


def make_logins(file: Path) -> list[Login]:
    """Makes the logins that are missing; `file` (readable by its owner only) keeps the TOTP secrets,
    which the site itself shows no second time."""
    if env.text("LINGGONG_SANDBOX") != "1":
        raise RuntimeError("sample logins are for sandboxes")
    known = {row["role"]: Login(**row) for row in json.loads(file.read_text())} if file.exists() else {}
    county = directory.by_slug(COUNTY)
    now = datetime.now(UTC)
    logins = [
        _worker(county, now),
        _employer(county, now),
        *(
            known.get(role) or _staff(role, name, phone, county if local else None, now)
            for role, name, phone, local in _STAFF
        ),
    ]
    relay_county(county, HANDLERS)  # so that the employer's money is there when the site greets
    file.touch(mode=0o600)
    file.write_text(json.dumps([asdict(login) for login in logins]), encoding="utf-8")
    return logins


def _staff(role: str, name: str, phone: str, county: CountyRef | None, now: datetime) -> Login:
    made = create_staff(actor=SYSTEM, phone=phone, role=role, county=county, now=now)
    return Login(role, name, phone, made.totp_secret or "")


def _self(user_id: UUID, *scopes: str) -> Actor:
    return Actor(user_id=user_id, scopes=frozenset(scopes), roles=frozenset(), channel=Channel.APP)


def _worker(county: CountyRef, now: datetime) -> Login:
    phone = "13800000001"
    user_id = ensure_user(phone=phone, now=now)
    actor = _self(user_id, "people:self")
    join_county(actor=actor, county=county, role="worker", now=now)
    try:
        with run_in_county(county) as work:
            register_worker(
                actor=actor,
                name="林水生",
                id_number="350428198503150014",
                phone=phone,
                consent_version=CONSENT,
                insurance_consent=True,
                can_do=["housekeeping", "plumbing"],
                want_to_do=["fruit_picking"],
                identity_id=user_id,
                now=work.now,
            )
    except DomainError as refusal:
        if refusal.code != "worker_exists":
            raise
    return Login("worker", "林水生", phone)


def _employer(county: CountyRef, now: datetime) -> Login:
    phone = "13800000002"
    user_id = ensure_user(phone=phone, now=now)
    actor = _self(user_id, "employers:self", "wallet:employer")
    join_county(actor=actor, county=county, role="employer_owner", now=now)
    try:
        with run_in_county(county) as work:
            register_employer(
                actor=actor,
                kind="company",
                contact_name="黄金山",
                phone=phone,
                consent_version=CONSENT,
                credit_code="91350428MA31ABCD0A",
                display_name="金山果园有限公司",
                identity_id=user_id,
                now=work.now,
            )
    except DomainError as refusal:
        if refusal.code != "employer_exists":
            raise
    with run_in_county(county) as work:
        employer = employer_for(actor, None, "read")
        if account(AccountKind.EMPLOYER_WALLET, employer.id) is None:
            request_top_up(
                owner_id=employer.id,
                amount_fen=FUNDS_FEN,
                payment_account="sandbox:orchard",
                actor=actor,
                now=work.now,
            )
    return Login("employer_owner", "金山果园有限公司", phone)
