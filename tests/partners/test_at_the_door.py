"""The reference insurer at a county's real door, over real HTTP: what it polls, reads and tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from compliance.bordereau.selectors import statement_of
from compliance.bordereau.statements import read_statement
from compliance.claims.selectors import claim_of_insurer
from compliance.claims.use_cases import hand_in_papers
from files.selectors import read_file
from kernel.actor import SYSTEM
from linggong.commands.partner.peer import Peer
from tenants.county import run_in_county
from tests.chaos.site import until
from tests.compliance.claims import made
from tests.partners.setting import CALL, COUNTY, Partner, options
from tests.partners.test_document import SNIPPETS, bash, snippet
from webhooks.selectors import deliveries, endpoints
from webhooks.sender import deliver_once
from webhooks.use_cases.test_fire import test_fire as fire


@pytest.fixture
def standing_partner(lasting_partner: Partner) -> Iterator[Partner]:
    """For tests that need no program of their own; faults are mended afterwards."""
    yield lasting_partner
    lasting_partner.program.mend()


def insure(partner: Partner, accident: Any) -> None:
    """The program sells the accident's policy, so that it knows what the claim is about."""
    peer = Peer(options(partner.program))
    policy_id = str(accident.policy.id)
    body = peer.bind(policy_id, medical_cover_fen=accident.policy.medical_cover_fen)
    assert peer.post("/policies", body).members["state"] == "issued"
    peer.close()


def open_claim(partner: Partner, *, known: bool = True, pictures: int = 0) -> tuple[Any, Any]:
    with run_in_county(partner.county) as work:
        accident = made.accident(work, insurer=partner.code)
    if known:
        insure(partner, accident)
    with run_in_county(partner.county) as work:
        files = [made.picture(work, accident.worker) for _ in range(pictures)]
        return accident, made.opened(accident, pictures=files)


def state(partner: Partner, claim_id: Any) -> str:
    with run_in_county(partner.county):
        return str(claim_of_insurer(partner.code, claim_id).claim.state)


def test_a_claim_with_pictures_is_paid_without_a_word_from_us(standing_partner: Partner) -> None:
    _, claim = open_claim(standing_partner, pictures=1)
    until(lambda: state(standing_partner, claim.id) == "paid", "the claim is paid")
    with run_in_county(standing_partner.county):
        told = claim_of_insurer(standing_partner.code, claim.id).claim
    assert told.paid_fen == made.MEDICAL_FEN // 10
    (kept,) = (one for one in standing_partner.program.claims() if one["claim_id"] == str(claim.id))
    assert (kept["reference"], kept["amount_fen"]) == (told.payment_reference, told.paid_fen)
    assert told.insurer_reference == kept["reference"]


def test_papers_are_asked_for_and_the_claim_goes_on_when_they_come(standing_partner: Partner) -> None:
    accident, claim = open_claim(standing_partner)
    until(lambda: state(standing_partner, claim.id) == "papers_wanted", "papers are asked for")
    with run_in_county(standing_partner.county) as work:
        wanted = claim_of_insurer(standing_partner.code, claim.id).requests
        assert [paper.code for paper in wanted[0].papers] == ["medical_record", "invoice"]
        papers = [made.paper(work, accident.worker)]
        hand_in_papers(claim_id=claim.id, files=papers, actor=accident.worker, now=made.NOW)
    until(lambda: state(standing_partner, claim.id) == "paid", "the claim is paid")


def test_a_claim_on_a_policy_it_never_sold_is_rejected(standing_partner: Partner) -> None:
    _, claim = open_claim(standing_partner, known=False, pictures=1)
    until(lambda: state(standing_partner, claim.id) == "rejected", "the claim is rejected")


@pytest.mark.parametrize(
    "faults", [{"duplicate": True}, {"reorder": True}, {"duplicate": True, "reorder": True}]
)
def test_doubled_and_disordered_news_end_the_same(standing_partner: Partner, faults: dict[str, bool]) -> None:
    standing_partner.program.fault(**faults)
    claims = [open_claim(standing_partner, pictures=1)[1] for _ in range(3)]
    until(lambda: {state(standing_partner, claim.id) for claim in claims} == {"paid"}, "the claims are paid")
    until(
        lambda: all(news["next_at"] is None for news in standing_partner.program.news()), "all news is told"
    )


def test_nothing_is_lost_while_the_insurer_is_away(partner: Partner) -> None:
    partner.program.stop(kill=True)
    claims = [open_claim(partner, known=False, pictures=1)[1] for _ in range(3)]
    partner.program.start()
    until(lambda: {state(partner, claim.id) for claim in claims} == {"rejected"}, "the claims are decided")


def test_events_are_pushed_to_the_registered_address(partner: Partner) -> None:
    """Registered by the insurer itself over the door; then pushed, signed, and applied without polling."""
    partner.program.connect(COUNTY, poll=False)
    endpoint_id = partner.program.register(COUNTY)
    with run_in_county(partner.county) as work:
        (view,) = endpoints(partner.code)
        assert str(view.id) == endpoint_id
        fire(partner=partner.code, endpoint_id=view.id, actor=SYSTEM, now=work.now)
    _, claim = open_claim(partner, known=False, pictures=1)
    deliver_once(partner.county)
    heard = {event["type"] for event in partner.program.heard()}
    assert heard == {"cn.linggong.webhook.test.v1", "cn.linggong.claim.reported.v1"}
    until(lambda: state(partner, claim.id) == "rejected", "the claim is decided")
    with run_in_county(partner.county):
        assert {str(row.state) for row in deliveries(partner.code)} == {"delivered"}


def test_a_months_statement_is_handed_in(standing_partner: Partner) -> None:
    peer = Peer(options(standing_partner.program))
    bodies = [peer.bind(on=f"2031-07-0{day}") for day in (1, 2, 3)]
    numbers = [peer.post("/policies", body).members["certificate_number"] for body in bodies]
    peer.post(f"/policies/{bodies[0]['policy_id']}/cancel", peer.cancel(bodies[0]["policy_id"]))
    peer.close()
    assert standing_partner.program.hand_in_statement(COUNTY, "2031-07") == 3
    with run_in_county(standing_partner.county):
        stored = statement_of(standing_partner.code, date(2031, 7, 1))
        assert stored is not None
        rows = read_statement(read_file(stored.file_id))
    assert [(row.certificate_number, row.premium_fen, row.refund_fen) for row in rows] == [
        (number, 700, refund) for number, refund in zip(numbers, (700, 0, 0), strict=True)
    ]


# ----------------------------------------------------------------------- the document's snippets at the door


def test_who_am_i_with_curl(partner: Partner, tmp_path: Path) -> None:
    open_claim(partner, known=False)
    (tmp_path / "me.sh").write_text(SNIPPETS["me.sh"])
    told = bash(
        tmp_path,
        "me.sh",
        CITY=partner.site,
        COUNTY=COUNTY,
        CLIENT_ID=partner.client_id,
        CLIENT_SECRET=partner.client_secret,
    )
    me, page = _objects(told)
    assert (me["insurer"], me["county"]) == (partner.code, COUNTY)
    assert [event["type"] for event in page["items"]] == ["cn.linggong.claim.reported.v1"]


def test_telling_the_county_with_the_standard_library(partner: Partner, tmp_path: Path) -> None:
    import urllib.error

    partner.program.stop()
    _, claim = open_claim(partner, known=False)
    (tmp_path / "tell.py").write_text(SNIPPETS["tell.py"])
    told = snippet(tmp_path, "tell.py")
    bearer = told["token"](partner.site, partner.client_id, partner.client_secret)
    message = {
        "type": "claim.acknowledged",
        "subject": str(claim.id),
        "time": "2027-04-05T02:10:00Z",
        "data": {"reference": "CL-1"},
    }
    for _ in range(2):  # again with the same id: nothing happens twice
        status = told["tell"](partner.site, COUNTY, bearer, partner.inbound_key, "evt_ack_1", message)
        assert status in {200, 202}
    assert state(partner, claim.id) == "acknowledged"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        told["tell"](partner.site, COUNTY, bearer, CALL, "evt_ack_2", message)


def _objects(text: str) -> list[dict[str, Any]]:
    """JSON objects written one after the other."""
    found, rest = [], text.strip()
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        found.append(value)
        rest = rest[end:].strip()
    return found
