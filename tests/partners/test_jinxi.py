"""The dialect `jinxi` as its own document tells it (examples/reference_insurer/JINXI.md)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from kernel.ids import uuid7
from linggong.commands.partner.peer import Peer
from tests.harness.insurer import ReferenceInsurer
from tests.partners.setting import CALL, COUNTY, OLD, options

INSURE: dict[str, str] = {
    "ProductNo": "jinxi_job",
    "Plan": "standard",
    "Payer": "E",
    "Occupation": "bricklaying",
    "Grade": "4",
    "Crew": "5",
    "FirstDay": "20261201",
    "Days": "1",
    "Commencement": "NOW",
    "Premium": "7.00",
    "SumDeath": "800000.00",
    "SumMedical": "20000.00",
    "TableNo": "1",
}


class Jinxi:
    """Signs and sends one XML request, as the dialect's document says."""

    def __init__(self, insurer: ReferenceInsurer) -> None:
        self.insurer = insurer
        self.url = insurer.base_url(COUNTY) + "/service"
        self.peer = Peer(options(insurer))

    def ask(self, kind: str, *, key: str = CALL, age: int = 0, **children: str) -> dict[str, str]:
        root = ET.Element(kind)
        for name, value in children.items():
            ET.SubElement(root, name).text = value
        return self.send(ET.tostring(root, encoding="utf-8"), key=key, age=age)

    def send(self, body: bytes, *, key: str = CALL, age: int = 0) -> dict[str, str]:
        sent = str(int(time.time()) - age)
        signed = hmac.new(key.encode(), f"{COUNTY}\n{sent}\n".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Jinxi-Agency": COUNTY, "X-Jinxi-Time": sent, "X-Jinxi-Sign": signed}
        answer = httpx.post(self.url, content=body, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        return {child.tag: child.text or "" for child in ET.fromstring(answer.content)}

    def insure(self, serial: str = "", **changes: str) -> dict[str, str]:
        serial = serial or str(uuid7())
        told = {"SerialNo": serial, "JobNo": str(uuid7()), **INSURE, "Insured": self.peer.insured(serial)}
        return self.ask("Insure", **{**told, **changes})


@pytest.fixture
def jinxi(reference_insurer: Callable[..., ReferenceInsurer]) -> Any:
    insurer = reference_insurer("jinxi")
    insurer.connect(COUNTY, call_keys=[CALL, OLD])
    line = Jinxi(insurer)
    yield line
    line.peer.close()


def test_a_policy_from_insure_to_surrender(jinxi: Jinxi) -> None:
    assert jinxi.ask("Hello")["Code"] == "0000"
    job = str(uuid7())
    sold = jinxi.insure(JobNo=job)
    serial = sold["SerialNo"]
    assert (sold["Code"], sold["Status"], sold["Premium"]) == ("0000", "A", "7.00")
    pdf = base64.b64decode(sold["Pdf"])
    assert pdf.startswith(b"%PDF-")
    assert hashlib.sha256(pdf).hexdigest().upper() == sold["PdfDigest"]
    again = jinxi.insure(serial, JobNo=job)
    assert again["PolicyNo"] == sold["PolicyNo"]
    assert jinxi.insure(serial, JobNo=job, Premium="7.01")["Code"] == "1001"
    assert jinxi.ask("Query", SerialNo=serial)["PolicyNo"] == sold["PolicyNo"]

    amendment = {"SerialNo": serial, "EndorseNo": str(uuid7()), "Days": "2", "Premium": "14.00"}
    longer = jinxi.ask("Endorse", Kind="ADDDAY", **amendment)
    assert (longer["Status"], longer["Premium"]) == ("A", "14.00")
    assert longer["PdfDigest"] != sold["PdfDigest"]
    assert jinxi.ask("Endorse", Kind="ADDDAY", **amendment)["PolicyNo"] == longer["PolicyNo"]

    for _ in range(2):
        ended = jinxi.ask("Surrender", SerialNo=serial, Cause="order_cancelled")
        assert (ended["Status"], ended["Refund"]) == ("C", "14.00")
    assert jinxi.ask("Endorse", Kind="ADDDAY", **{**amendment, "EndorseNo": "2"})["Code"] == "1003"
    (policy,) = jinxi.insurer.ledger(COUNTY)
    assert (policy["state"], policy["asked"]) == ("cancelled", 2)


def test_a_surrender_that_comes_first_is_remembered(jinxi: Jinxi) -> None:
    serial = str(uuid7())
    assert jinxi.ask("Surrender", SerialNo=serial, Cause="timed_out")["Refund"] == "0.00"
    late = jinxi.insure(serial)
    assert (late["Code"], late["Status"]) == ("0000", "R")
    assert late["Message"].startswith("cancelled:")


def test_who_is_not_believed(jinxi: Jinxi) -> None:
    assert jinxi.ask("Hello", key=OLD)["Code"] == "0000"
    assert jinxi.ask("Hello", key="whsec_" + "A" * 44)["Code"] == "9001"
    for age in (301, -301):
        assert jinxi.ask("Hello", age=age)["Code"] == "9001"
    assert jinxi.ask("Query", SerialNo=str(uuid7()))["Code"] == "1002"


@pytest.mark.parametrize(
    ("element", "value"),
    [("Premium", "7.005"), ("Premium", "NaN"), ("Days", "0"), ("FirstDay", "20261301"), ("Payer", "X"),
     ("Insured", "a.b.c.d.e"), ("Occupation", "")],
)  # fmt: skip
def test_a_wrong_element_is_named(jinxi: Jinxi, element: str, value: str) -> None:
    refused = jinxi.insure(**{element: value})
    assert refused["Code"] == "2001"
    assert element in refused["Message"]


def test_hostile_xml_is_not_read(jinxi: Jinxi) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "yyyy">]><Query><SerialNo>&x;</SerialNo></Query>'
    assert jinxi.send(bomb)["Code"] == "2001"
    assert jinxi.send(b"<Query>")["Code"] == "2001"


def test_it_never_says_pending(jinxi: Jinxi) -> None:
    jinxi.insurer.fault(pending=True, hold=True)
    assert jinxi.insure()["Code"] == "9999"
