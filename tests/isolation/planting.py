"""Strings that no other county may ever read, planted through the doors as people would write them.

Every county gets a cast of its own (a worker, an employer, somebody with every role of the county's staff, a
machine client, an insurer's client) and a life of each: an order worked, paid and reviewed, one cancelled, an
accident with a picture and a paper, certificates, money, public money, products, a table, lists. Wherever a
person can write words, the words are the county's canary for that place.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from fpdf import FPDF

from api.v1.rates import DraftRateTable
from compliance.insurance.use_cases.connect_insurer import connect_insurer
from kernel.actor import SYSTEM
from kernel.clock import SHANGHAI, business_day, real_now
from tenants.clock import market_now
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tenants.identity.roles import role_table
from tenants.identity.use_cases.grant_role import grant_role
from tests.compliance.people import credit_code, id_number
from tests.doors.partners.machine import Machine, a_machine
from tests.doors.partners.world import private_key
from tests.doors.rest import (
    OLD_ENOUGH,
    Caller,
    employer_body,
    give,
    machine,
    new_key,
    relay,
    signed_in,
    soon,
    staff_member,
    terms,
    terms_at,
    worker_body,
)
from tests.files import samples
from tests.identity.helpers import new_phone, sign_up

MACHINE_SCOPES = ["orders:read", "orders:publish", "people:read", "ledger:read", "policy:read"]
_HAN = "鸑鷟鹓鶵鸀鷞鹲鴢鵁鶄鸕鷀鵷鶒鸂鷘鷫鹴鵹鷖"
_serial = random.SystemRandom()


@dataclass
class Planted:
    """One county's canaries by the place they were written, the ids of what is there, and who lives there.
    `personal` are the places whose words belong to a person: the city may not read them, either."""

    county: CountyRef
    marks: dict[str, str] = field(default_factory=dict)
    personal: set[str] = field(default_factory=set)
    ids: dict[str, list[str]] = field(default_factory=dict)
    cast: dict[str, Caller] = field(default_factory=dict)
    insurer: Machine | None = None

    def word(self, place: str, *, person: bool = False) -> str:
        """A new string for a place where anything may be written."""
        return self.keep(place, f"cnry{self.county.code}{place.replace('_', '')}{uuid4().hex[:10]}", person)

    def name(self, place: str) -> str:
        """A name in characters that no sample and no text of the site contains."""
        return self.keep(place, "".join(_serial.choices(_HAN, k=6)), True)

    def keep(self, place: str, mark: str, person: bool = True) -> str:
        self.marks[place] = mark
        if person:
            self.personal.add(place)
        return mark

    def note(self, name: str, *values: object) -> None:
        self.ids.setdefault(name, []).extend(str(value) for value in values)


def plant(county: CountyRef, insurer: str) -> Planted:
    """Fills the county. `insurer` is the code of an insurer that every county is connected with."""
    planted = Planted(county)
    staff = _staff(planted)
    worker, boss = _people(planted, staff)
    order, place = _a_day_of_work(planted, boss, worker)
    _an_accident(planted, worker, place)
    _work_to_its_end(planted, boss, worker, order, place)
    _cancelled(planted, boss)
    _papers(planted, worker, staff)
    _money(planted, worker, boss)
    _public_money(planted, staff)
    _what_cover_costs(planted, staff)
    _clients(planted, staff, insurer)
    _lists(planted, staff)
    relay(county)
    return planted


def _staff(planted: Planted) -> Caller:
    """Somebody who may do whatever anybody of the county may do."""
    county = planted.county
    staff = staff_member(county, "county_admin")
    me = staff.must("GET", "me")["login"]["id"]
    for role in role_table().values():
        if role.level == "county":
            grant_role(actor=SYSTEM, user_id=me, role=role.code, county=county, now=real_now())
    planted.cast["staff"] = staff
    planted.note("user_id", me)
    return staff


def _people(planted: Planted, staff: Caller) -> tuple[Caller, Caller]:
    county = planted.county
    phone = new_phone()
    planted.keep("worker_phone", phone.removeprefix("+86"))
    worker = Caller(county, token=sign_up(phone))
    number = planted.keep("worker_id_number", id_number(OLD_ENOUGH))
    person = worker.must("POST", "workers", worker_body(name=planted.name("worker_name"), id_number=number))
    planted.note("worker_id", person["id"])

    boss = signed_in(county)
    firm = planted.word("employer", person=True)
    code = planted.keep("credit_code", credit_code())
    company = employer_body(display_name=firm, contact_name=planted.name("contact"), credit_code=code)
    employer = boss.must("POST", "employers", company)["id"]
    planted.note("employer_id", employer)
    give(county, UUID(employer), 100_000_00)
    planted.cast.update(worker=worker, boss=boss)
    return worker, boss


def _a_day_of_work(planted: Planted, boss: Caller, worker: Caller) -> tuple[str, str]:
    said = {
        "title": planted.word("title"),
        "description": planted.word("description", person=True),
        "address": planted.word("address", person=True),
    }
    order = boss.pay("orders", terms_at(soon(), insured=True, **said))["order_id"]
    won = worker.must("POST", f"orders/{order}/grab", {})
    for _ in range(2):  # the sandbox insurer answers, its answer reaches the order
        relay(planted.county)
    place = won["assignment_id"]
    code = boss.must("POST", f"assignments/{place}/start-code", {})["code"]
    worker.must("POST", f"assignments/{place}/check-in", {"code": code})
    planted.note("order_id", order)
    planted.note("assignment_id", place)
    policies = planted.cast["staff"].must("GET", f"insurance-policies?order_id={order}")["items"]
    planted.note("policy_id", *(policy["id"] for policy in policies))
    return order, place


def _an_accident(planted: Planted, worker: Caller, place: str) -> None:
    named = quote(f"{planted.word('file_name', person=True)}.jpg")
    sent = worker.post(f"claim-pictures?name={named}", raw=samples.picture(), content_type="image/jpeg")
    assert sent.status == 201, sent.body
    told = {
        "assignment_id": place,
        "happened_at": market_now().astimezone(SHANGHAI).isoformat(),
        "what": planted.word("claim_what", person=True),
        "where": planted.word("claim_where", person=True),
        "hospital": planted.word("hospital", person=True),
        "injured": True,
        "pictures": [sent.body["id"]],
    }
    (claim,) = worker.must("POST", "claims", told)["items"]
    staff, letter = planted.cast["staff"], f"claims/{claim['id']}/insurers-letter"
    staff.must("POST", letter, {"step": "acknowledged", "reference": planted.word("claim_reference")})
    asked = [{"code": "invoice", "note": planted.word("paper_note", person=True)}]
    staff.must("POST", letter, {"step": "papers_wanted", "papers": asked})
    content = _paper(planted.word("paper", person=True))
    paper = worker.post("claim-papers?name=a.pdf", raw=content, content_type="application/pdf")
    assert paper.status == 201, paper.body
    worker.must("POST", f"claims/{claim['id']}/papers", {"files": [paper.body["id"]]})
    why = {"reason": "not_covered", "reason_text": planted.word("claim_reason", person=True)}
    staff.must("POST", letter, {"step": "rejected", **why})
    planted.note("claim_id", claim["id"])
    planted.note("file_id", sent.body["id"], paper.body["id"])


def _paper(mark: str) -> bytes:
    """A PDF whose text stands in it as it is."""
    paper = FPDF()
    paper.set_compression(False)
    paper.add_page()
    paper.set_font("helvetica", size=12)
    paper.cell(text=mark)
    content = bytes(paper.output())
    assert mark.encode() in content
    return content


def _work_to_its_end(planted: Planted, boss: Caller, worker: Caller, order: str, place: str) -> None:
    worker.must("POST", f"assignments/{place}/check-out", {})
    boss.pay(f"orders/{order}/confirm")
    said = {"direction": "of_employer", "rating": 4, "text": planted.word("review")}
    worker.must("POST", f"assignments/{place}/reviews", said)


def _cancelled(planted: Planted, boss: Caller) -> None:
    order = boss.pay("orders", terms(title=planted.word("second_title")))["order_id"]
    boss.pay(f"orders/{order}/cancel", {"reason": planted.word("cancel_reason", person=True)})
    feed = boss.pay("orders", terms(title=planted.word("open_title"), headcount=2))["order_id"]
    planted.note("order_id", order, feed)


def _papers(planted: Planted, worker: Caller, staff: Caller) -> None:
    made = worker.must(
        "POST",
        "certificates",
        {
            "kind": "health_certificate",
            "number": planted.word("certificate", person=True),
            "issued_on": "2026-01-01",
            "expires_on": "2035-01-01",
        },
    )
    why = planted.word("reject_reason", person=True)
    staff.must("POST", f"certificates/{made['id']}/reject", {"reason": why})
    planted.note("certificate_id", made["id"])


def _money(planted: Planted, worker: Caller, boss: Caller) -> None:
    """Accounts are masked to their last digits for everybody; the whole one may stand nowhere."""
    account = planted.keep("payment_account", f"6217{_serial.randrange(10**14):014d}")
    employer, person = planted.ids["employer_id"][0], planted.ids["worker_id"][0]
    money = {"amount_fen": 100, "payment_account": account}
    up = boss.pay(f"employers/{employer}/top-ups", money)
    out = worker.pay(f"workers/{person}/withdrawals", money)
    planted.note("request_id", up["id"], out["id"])


def _public_money(planted: Planted, staff: Caller) -> None:
    today = business_day(market_now())
    program = {
        "name": planted.word("program"),
        "from_day": str(today),
        "to_day": str(today + timedelta(days=9)),
        "budget_fen": 100_000,
    }
    made = staff.must("POST", "fund/programs", program, key=new_key())["id"]
    planted.note("program_id", made)
    given = {"amount_fen": 60_000, "reference": planted.word("deposit")}
    staff.must("POST", "fund/deposits", given, key=new_key())
    staff.must("POST", "fund/reserve", {"document": planted.word("reserve")}, key=new_key())


def _what_cover_costs(planted: Planted, staff: Caller) -> None:
    code = f"p{uuid4().hex[:20]}"  # stands in addresses, and so in logs, as ids do
    product = {"code": code, "name": planted.word("product_name"), "name_en": planted.word("product_en")}
    staff.must("POST", "products", {**product, "insurer": "sandbox", "layer": "top_up", "starts": "at_once"})
    body = {**(DraftRateTable.example or {}), "product": code, "source": planted.word("table_source")}
    table = staff.must("POST", "rate-tables", body)["id"]
    staff.must("POST", f"rate-tables/{table}/withdraw", {"reason": planted.word("table_reason")})
    asked = {"trade": "sorting", "heads": 1, "on": "2030-01-01"}
    planted.note("quote_id", staff.must("POST", "cover-quotes", asked)["quote_id"])
    planted.note("product", code)
    planted.note("layer", "top_up")
    planted.note("table_id", table)


def _clients(planted: Planted, staff: Caller, insurer: str) -> None:
    """Machines: the county's own, and one of an insurer's that sells everywhere."""
    county = planted.county
    made = {"name": planted.word("api_client"), "scopes": ["orders:read"]}
    staff.must("POST", "api-clients", made)
    planted.cast["machine"] = machine(staff, MACHINE_SCOPES)
    with run_in_county(county) as work:
        connect_insurer(
            insurer=insurer,
            adapter="linggong",
            base_url=f"https://127.0.0.1:9/{planted.word('insurer_url')}",
            public_key=private_key().export_public(as_dict=True),
            actor=SYSTEM,
            now=work.now,
        )
    named = {"name": planted.word("insurers_client"), "scopes": ["partner:read"]}
    staff.must("POST", f"insurers/{insurer}/clients", named)
    planted.insurer = a_machine(county, insurer)
    address = f"https://127.0.0.1:9/{planted.word('endpoint_url')}"
    said = {"type": "endpoint.register", "url": address, "types": []}
    endpoint = planted.insurer.must("endpoints", said)["endpoint"]["id"]
    planted.note("endpoint_id", endpoint)
    planted.note("code", insurer, "sandbox")
    planted.note("insurer", insurer)


def _lists(planted: Planted, staff: Caller) -> None:
    span: dict[str, Any] = {"insurer": "sandbox", "first": "2026-08-01", "last": "2026-08-31"}
    planted.note("list_id", staff.must("POST", "bordereaux", span)["id"])
    month = {"insurer": "sandbox", "month": "2026-08"}
    settlement = staff.must("POST", "settlements", month)["id"]
    why = {"reason": planted.word("settlement_reason")}
    staff.must("POST", f"settlements/{settlement}/withdraw", why)
    planted.note("settlement_id", settlement)
    planted.note("month", "2026-08")
