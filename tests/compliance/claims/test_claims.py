"""A claim from the accident to the money, with its deadlines, on a real database."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections

from compliance.claims import rules, selectors
from compliance.claims.contracts import Due, InsurerLetter, PaperWanted, Reporter, Step
from compliance.claims.models import Claim, PapersAsked
from compliance.claims.tasks import watch_deadlines
from compliance.claims.use_cases import (
    acknowledge_claim,
    close_claim,
    decide_claim,
    flag_overdue,
    hand_in_papers,
    read_claim,
    read_claim_file,
    record_by_letter,
    record_payment,
    want_papers,
    withdraw_claim,
)
from files.contracts import FileKind
from files.use_cases import store_file
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow, Fact, OutboxMessage
from tenants.county import run_in_county
from tests.compliance.claims.made import (
    COVER_FEN,
    INSURER,
    MEDICAL_FEN,
    NOW,
    WORDS,
    accident,
    officer,
    opened,
    paper,
    picture,
    station,
)
from tests.compliance.people import a_worker, actor_with, hall, refused
from webhooks.models import PartnerEvent

DAY = timedelta(days=1)
LEG = PaperWanted("hospital_receipt", "医院发票原件")


def events(claim_id):
    rows = PartnerEvent.objects.filter(subject=claim_id).order_by("sequence")
    return [row.type.split(".")[-2] for row in rows]


def facts(claim_id):
    return {row.kind: row.values for row in Fact.objects.filter(subject=claim_id)}


def decide(view, amount_fen=100_00, *, now=NOW, **changes):
    values = {"insurer": "minjiang", "accepted": True, "amount_fen": amount_fen, "actor": INSURER, "now": now}
    return decide_claim(claim_id=view.id, **{**values, **changes})


def refuse(view, *, now=NOW, **changes):
    return decide(view, None, accepted=False, reason=changes.pop("reason", "not_at_work"), now=now, **changes)


def want(view, *papers, now=NOW, insurer="minjiang"):
    return want_papers(claim_id=view.id, insurer=insurer, wanted=papers or (LEG,), actor=INSURER, now=now)


def pay(view, amount_fen=100_00, reference="PAY-1", *, now=NOW, insurer="minjiang"):
    return record_payment(
        claim_id=view.id, insurer=insurer, amount_fen=amount_fen, reference=reference, actor=INSURER, now=now
    )


def test_the_whole_life_with_its_deadlines(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        shot = picture(work, case.worker)
        view = opened(case, pictures=[shot], hospital="县医院")
        assert (view.state, view.reporter, view.due, view.due_at) == (
            "filed",
            Reporter.WORKER,
            Due.ANSWER,
            NOW + 3 * DAY,
        )
        assert view.cover_fen == COVER_FEN + MEDICAL_FEN
        view = acknowledge_claim(
            claim_id=view.id, insurer="minjiang", actor=INSURER, now=NOW + DAY, reference="MJ-C-9"
        )
        assert (view.state, view.due, view.due_at) == ("acknowledged", Due.DECISION, NOW + 30 * DAY)
        view = want(view, LEG, PaperWanted("id_card"), now=NOW + 2 * DAY)
        assert (view.state, view.due, view.due_at) == ("papers_wanted", None, None)
        invoice = paper(work, case.worker)
        view = hand_in_papers(claim_id=view.id, files=[invoice], actor=case.worker, now=NOW + 7 * DAY)
        assert (view.state, view.due, view.due_at) == ("under_review", Due.DECISION, NOW + 35 * DAY)
        view = decide(view, 3_456_78, now=NOW + 20 * DAY)
        assert (view.state, view.accepted_fen, view.due_at) == ("accepted", 3_456_78, NOW + 30 * DAY)
        view = pay(view, 3_456_78, now=NOW + 22 * DAY)
        assert (view.state, view.paid_fen, view.due) == ("paid", 3_456_78, None)
        view = close_claim(claim_id=view.id, actor=officer(), now=NOW + 23 * DAY)
        detail = selectors.claim_for(case.worker, view.id)
        assert events(view.id) == ["reported", "papers_handed_in"]
        assert facts(view.id) == {
            "claim.reported": {"claims": 1, "injured": 1},
            "claim.decided": {"accepted": 1, "amount_fen": 3_456_78, "days": 20},
            "claim.paid": {"amount_fen": 3_456_78},
        }
    assert detail.claim == view
    assert (detail.what, detail.hospital, detail.file) == (WORDS, "县医院", case.file)
    assert [(one.file_id, one.role) for one in detail.documents] == [(shot, "picture"), (invoice, "paper")]
    assert [one.papers for one in detail.requests] == [(LEG, PaperWanted("id_card"))]
    assert detail.requests[0].answered_at == NOW + 7 * DAY
    assert [move.to for move in detail.timeline] == [
        "reported",
        "filed",
        "acknowledged",
        "papers_wanted",
        "under_review",
        "accepted",
        "paid",
        "closed",
    ]


def test_an_insurer_that_says_everything_twice_changes_nothing(counties):
    with run_in_county(counties["jiangle"]) as work:
        view = opened(accident(work))
        for _ in range(3):
            acknowledge_claim(claim_id=view.id, insurer="minjiang", actor=INSURER, now=NOW)
        assert want(view) == want(view)
        assert decide(view) == decide(view)
        again = acknowledge_claim(claim_id=view.id, insurer="minjiang", actor=INSURER, now=NOW)
        assert again.state == "accepted"
        assert pay(view) == pay(view)
        assert decide(view).state == "paid"
        assert Fact.objects.filter(subject=view.id).count() == 3
        assert PapersAsked.objects.filter(claim_id=view.id).count() == 1


def test_a_decision_implies_that_the_claim_was_seen(counties):
    with run_in_county(counties["jiangle"]) as work:
        one, two = opened(accident(work)), opened(accident(work))
        assert (decide(one).acknowledged_at, want(two).state) == (NOW, "papers_wanted")
        assert refuse(two).state == "rejected"  # without waiting for the papers


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_fen": None}, "claim_decision"),
        ({"amount_fen": 0}, "claim_decision"),
        ({"amount_fen": -5}, "claim_decision"),
        ({"amount_fen": True}, "claim_decision"),
        ({"amount_fen": 5, "reason": "x"}, "claim_decision"),
        ({"accepted": False, "amount_fen": None}, "claim_decision"),
        ({"accepted": False, "amount_fen": 5, "reason": "x"}, "claim_decision"),
        ({"accepted": False, "amount_fen": None, "reason": "has blanks"}, "invalid_value"),
        ({"amount_fen": COVER_FEN + MEDICAL_FEN + 1}, "claim_amount_over_cover"),
        ({"insurer": "jinxi"}, "claim_not_found"),
        ({"reference": "ё"}, "invalid_value"),
    ],
)
def test_a_decision_is_an_amount_within_cover_or_a_reason(counties, changes, code):
    with run_in_county(counties["jiangle"]) as work:
        view = opened(accident(work))
    with refused(code), run_in_county(counties["jiangle"]):
        decide(view, **changes)
    with run_in_county(counties["jiangle"]):
        assert decide(view, COVER_FEN + MEDICAL_FEN).state == "accepted"


def test_all_claims_of_a_policy_stay_within_its_cover(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        first = decide(opened(case), COVER_FEN)
        pay(first, COVER_FEN)
        second = opened(case)
    with refused("claim_amount_over_cover", "amount_fen"), run_in_county(counties["jiangle"]):
        decide(second, MEDICAL_FEN + 1)
    with run_in_county(counties["jiangle"]):
        assert decide(second, MEDICAL_FEN).accepted_fen == MEDICAL_FEN


def test_another_decision_or_payment_is_refused(counties):
    with run_in_county(counties["jiangle"]) as work:
        view = decide(opened(accident(work)))
        other = refuse(opened(accident(work)))
        unpaid = opened(accident(work))
    for verb in (lambda: decide(view, 101_00), lambda: refuse(view), lambda: refuse(other, reason="late")):
        with refused("claim_decided_otherwise"), run_in_county(counties["jiangle"]):
            verb()
    for verb, code in (
        (lambda: pay(view, 99_00), "claim_payment"),
        (lambda: pay(view, reference=" "), "invalid_value"),
        (lambda: pay(unpaid), "stale_state"),
        (lambda: pay(other), "stale_state"),
        (lambda: pay(view, insurer="jinxi"), "claim_not_found"),
        (lambda: want(view), "stale_state"),
    ):
        with refused(code), run_in_county(counties["jiangle"]):
            verb()
    with run_in_county(counties["jiangle"]):
        pay(view)
    for verb in (lambda: pay(view, reference="PAY-2"), lambda: pay(view, 99_00)):
        with refused("claim_paid_otherwise"), run_in_county(counties["jiangle"]):
            verb()


def test_papers_are_asked_for_all_at_once(counties):
    with run_in_county(counties["jiangle"]) as work:
        view = want(opened(accident(work)))
    for papers, code in (
        ((PaperWanted("another"),), "stale_state"),
        ((LEG, LEG), "claim_papers_wanted"),
        (tuple(PaperWanted(f"p{n}") for n in range(21)), "claim_papers_wanted"),
        ((PaperWanted("bad code"),), "invalid_value"),
        ((PaperWanted("x", "长" * 201),), "text_length"),
    ):
        with refused(code), run_in_county(counties["jiangle"]):
            want(view, *papers)
    with refused("claim_papers_wanted"), run_in_county(counties["jiangle"]):
        want_papers(claim_id=view.id, insurer="minjiang", wanted=(), actor=INSURER, now=NOW)


def test_waiting_for_papers_does_not_cost_the_insurer_its_days(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        view = want(opened(case), now=NOW + DAY)
        view = hand_in_papers(
            claim_id=view.id, files=[paper(work, case.worker)], actor=case.worker, now=NOW + 11 * DAY
        )
        view = want(view, PaperWanted("x_ray"), now=NOW + 12 * DAY)
        view = hand_in_papers(
            claim_id=view.id, files=[picture(work, case.worker)], actor=case.worker, now=NOW + 15 * DAY
        )
        assert view.due_at == NOW + (30 + 10 + 3) * DAY


def test_papers_nobody_asked_for_move_nothing(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        view = opened(case)
        sent = paper(work, case.employer)
        after = hand_in_papers(claim_id=view.id, files=[sent], actor=case.employer, now=NOW + DAY)
        assert (after.state, after.due_at) == ("filed", view.due_at)
        document = selectors.claim_of_insurer("minjiang", view.id).documents[0]
        assert (document.file_id, document.added_by) == (sent, Reporter.EMPLOYER)
        decide(view)
        late = paper(work, case.worker)
    with refused("claim_files", "files"), run_in_county(counties["jiangle"]):
        hand_in_papers(claim_id=another(case).id, files=[], actor=case.worker, now=NOW)
    with refused("claim_no_papers"), run_in_county(counties["jiangle"]):
        hand_in_papers(claim_id=view.id, files=[late], actor=case.worker, now=NOW)


def another(case):
    """Another claim of the same people."""
    policy = replace(case.policy, id=uuid7())
    return opened(replace(case, policy=policy))


def test_only_ones_own_files_of_the_right_kind_are_attached(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        strangers = picture(work, case.employer)
        a_list = store_file(
            kind=FileKind.BORDEREAU, name="a.csv", content=b"a,b\n", actor=case.worker, now=work.now
        ).id
    with run_in_county(counties["taining"]) as work:
        elsewhere = picture(work, case.worker)
    for file_id in (strangers, a_list, elsewhere, uuid7()):
        with refused("claim_files", "files"), run_in_county(counties["jiangle"]):
            opened(case, pictures=[file_id])


def test_one_accident_is_one_claim_whoever_reports_it(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        first = opened(case)
    with (
        pytest.raises(DomainError, match=first.number),
        run_in_county(counties["jiangle"]),
    ):
        opened(case, reporter=Reporter.EMPLOYER, actor=case.employer)
    with run_in_county(counties["jiangle"]):
        withdraw_claim(claim_id=first.id, reason="mistake", actor=case.worker, now=NOW)
        assert opened(case).number != first.number


def test_reports_at_the_same_moment_make_one_claim(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
    told, gate = [], threading.Barrier(6)

    def report() -> None:
        try:
            gate.wait()
            with run_in_county(counties["jiangle"]):
                told.append(opened(case).state)
        except DomainError as refusal:
            told.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=report) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["claim_exists"] * 5 + ["filed"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"when": NOW + timedelta(seconds=1)}, "claim_moment"),
        ({"when": NOW - 731 * DAY}, "claim_moment"),
        ({"what": "伤"}, "text_length"),
        ({"what": "长" * 1001}, "text_length"),
        ({"where": ""}, "text_length"),
        ({"hospital": "x\x00"}, "text_characters"),
    ],
)
def test_what_cannot_have_happened_is_refused(counties, changes, code):
    with refused(code), run_in_county(counties["jiangle"]) as work:
        opened(accident(work), **changes)


def test_a_passed_deadline_is_flagged_once_and_settled_by_moving_on(counties):
    county = counties["taining"]
    with run_in_county(county) as work:
        now = work.now
        case = accident(work)
        times = {"when": now - timedelta(hours=1), "now": now}
        early, late = opened(accident(work), **times), opened(case, **times)
        Claim.objects.filter(id=late.id).update(due_at=now - timedelta(seconds=1))
    assert watch_deadlines(county) == 1
    assert watch_deadlines(county) == 0
    with run_in_county(county):
        assert selectors.claim_of_insurer("minjiang", early.id).claim.overdue_since is None
        view = selectors.claim_of_insurer("minjiang", late.id).claim
        assert view.overdue_since == now - timedelta(seconds=1)
        assert events(late.id) == ["reported", "overdue"]
        told = PartnerEvent.objects.get(subject=late.id, sequence=2).data
        assert (told["due"], told["state"]) == ("answer", "filed")
        assert facts(late.id)["claim.overdue"] == {"claims": 1}
        assert view.id in {one.id for one in selectors.county_claims(officer(), overdue=True, limit=500)}
        view = acknowledge_claim(claim_id=late.id, insurer="minjiang", actor=INSURER, now=now)
        assert view.overdue_since is None
        assert not flag_overdue(claim_id=late.id, now=now + 29 * DAY)
        assert flag_overdue(claim_id=late.id, now=now + 30 * DAY)
        assert not flag_overdue(claim_id=late.id, now=now + 31 * DAY)
        decide(view, now=now + 32 * DAY)
        assert flag_overdue(claim_id=late.id, now=now + 42 * DAY)
        figures = selectors.statistics(officer(), first=now.date() - DAY, last=now.date() + 2 * DAY)
        assert (figures.overdue, figures.overdue_ever) == (1, 1)


def test_waiting_for_papers_is_nobodys_delay(counties):
    with run_in_county(counties["jiangle"]) as work:
        view = want(opened(accident(work)))
        assert not flag_overdue(claim_id=view.id, now=NOW + 400 * DAY)


def test_what_ended_a_month_ago_is_put_away(counties):
    county = counties["ninghua"]
    with run_in_county(county) as work:
        now = work.now
        old = now - 31 * DAY
        gone = refuse(opened(accident(work), now=old, when=old), now=old)
        fresh = refuse(opened(accident(work), now=now, when=now), now=now)
    assert watch_deadlines(county) == 1
    with run_in_county(county):
        states = [selectors.claim_of_insurer("minjiang", one.id).claim.state for one in (gone, fresh)]
    assert states == ["closed", "rejected"]
    with refused("stale_state"), run_in_county(county):
        close_claim(claim_id=gone.id, actor=officer(), now=now)
    with refused("forbidden"), run_in_county(county):
        close_claim(claim_id=fresh.id, actor=hall(), now=now)


def test_who_may_see_a_claim(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        shot = picture(work, case.worker)
        view = opened(case, pictures=[shot])
        stranger, _ = a_worker(work)
        for actor in (case.worker, case.employer, hall(), station(), officer()):
            assert selectors.claim_for(actor, view.id).what == WORDS
            selectors.check_may_read_file(actor, shot)
        assert [one.id for one in selectors.own_claims(case.worker)] == [view.id]
        assert [one.id for one in selectors.own_claims(case.employer)] == [view.id]
        assert selectors.own_claims(stranger) == []
        assert selectors.own_claims(officer()) == []
        selectors.check_file_of_insurer("minjiang", shot)
        assert selectors.claim_of_insurer("minjiang", view.id).claim == view
        assert view.id in {one.id for one in selectors.claims_of_insurer("minjiang", limit=500)}
        assert view.id not in {one.id for one in selectors.claims_of_insurer("jinxi", limit=500)}
    for code, look in (
        ("claim_not_found", lambda: selectors.claim_for(stranger, view.id)),
        ("claim_not_found", lambda: selectors.claim_for(actor_with("trainer"), view.id)),
        ("file_not_found", lambda: selectors.check_may_read_file(stranger, shot)),
        ("claim_not_found", lambda: selectors.claim_of_insurer("jinxi", view.id)),
        ("file_not_found", lambda: selectors.check_file_of_insurer("jinxi", shot)),
        ("forbidden", lambda: selectors.county_claims(case.worker)),
        ("forbidden", lambda: selectors.statistics(station(), first=view.on, last=view.on)),
        ("claim_not_found", lambda: withdraw_claim(claim_id=view.id, reason="x", actor=stranger, now=NOW)),
        ("forbidden", lambda: withdraw_claim(claim_id=view.id, reason="x", actor=officer(), now=NOW)),
        ("claim_not_found", lambda: hand_in_papers(claim_id=view.id, files=[], actor=stranger, now=NOW)),
    ):
        with refused(code), run_in_county(counties["jiangle"]):
            look()
    with refused("claim_not_found"), run_in_county(counties["taining"]):
        selectors.claim_for(officer(), view.id)


def test_an_employer_cannot_take_back_what_the_worker_reported(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        view = opened(case)
    with refused("claim_not_yours_to_withdraw"), run_in_county(counties["jiangle"]):
        withdraw_claim(claim_id=view.id, reason="denied", actor=case.employer, now=NOW)
    with run_in_county(counties["jiangle"]) as work:
        assert withdraw_claim(claim_id=view.id, reason="healed", actor=hall(), now=NOW).state == "withdrawn"
        own = accident(work)
        reported = opened(own, reporter=Reporter.EMPLOYER, actor=own.employer)
        withdraw_claim(claim_id=reported.id, reason="mistake", actor=own.employer, now=NOW)
        assert events(reported.id) == ["reported", "withdrawn"]
        decided = decide(opened(own))
    with refused("stale_state"), run_in_county(counties["jiangle"]):
        withdraw_claim(claim_id=decided.id, reason="late", actor=own.worker, now=NOW)
    for late in (lambda: decide(view), lambda: want(view), lambda: pay(view)):
        with refused("stale_state"), run_in_county(counties["jiangle"]):
            late()


def test_nobodys_words_are_outside_their_seal(counties):
    secret = "秘密的伤情描述"
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        view = opened(case, what=secret, where=secret, hospital=secret, pictures=[picture(work, case.worker)])
        want(view, PaperWanted("x", secret))
        hand_in_papers(claim_id=view.id, files=[paper(work, case.worker)], actor=case.worker, now=NOW)
        refuse(view, reason_text=secret)
        detail = selectors.claim_for(case.worker, view.id)
        assert {detail.what, detail.where, detail.hospital, detail.reason} == {secret}
        assert detail.requests[0].papers[0].note == secret
        stored = [
            *Claim.objects.filter(id=view.id).values(),
            *PapersAsked.objects.filter(claim_id=view.id).values(),
            *PartnerEvent.objects.filter(subject=view.id).values(),
            *OutboxMessage.objects.filter(subject=view.id).values(),
            *AuditRow.objects.filter(subject=view.id).values(),
            *Fact.objects.filter(subject=view.id).values(),
        ]
    assert len(stored) > 8
    written = json.dumps(stored, default=str, ensure_ascii=False)
    assert secret not in written
    assert "伤口" not in written
    assert "发票" not in written
    assert secret not in repr(detail)


def test_looking_at_somebodys_injury_is_on_record(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work)
        shot = picture(work, case.worker)
        view = opened(case, pictures=[shot])
        for actor in (case.worker, case.employer, hall(), station(), officer()):
            assert read_claim(claim_id=view.id, actor=actor, now=NOW).what == WORDS
            assert read_claim_file(file_id=shot, actor=actor, now=NOW).view.id == shot
        rows = AuditRow.objects.filter(subject=view.id, act__startswith="claim.read").order_by("id")
        assert [(row.act, row.detail["side"]) for row in rows] == [
            (act, side)
            for side in ("hall", "station", "officer")
            for act in ("claim.read", "claim.read_file")
        ]


def test_an_insurer_without_a_door_answers_by_letter(counties):
    with run_in_county(counties["jiangle"]) as work:
        case = accident(work, insurer="sandbox")
        view = opened(case)

        def write(step, **more):
            letter = InsurerLetter(step=Step(step), **more)
            return record_by_letter(claim_id=view.id, letter=letter, actor=officer(), now=NOW)

        assert write("acknowledged", reference="L-1").insurer_reference == "L-1"
        assert write("papers_wanted", papers=(LEG,)).state == "papers_wanted"
        hand_in_papers(claim_id=view.id, files=[paper(work, case.worker)], actor=case.worker, now=NOW)
        assert write("accepted", amount_fen=500_00).accepted_fen == 500_00
        assert write("paid", amount_fen=500_00, reference="V-1").state == "paid"
        steps = AuditRow.objects.filter(subject=view.id, act="claim.record_by_letter").order_by("id")
        assert [row.detail["step"] for row in steps] == ["acknowledged", "papers_wanted", "accepted", "paid"]
        other = opened(accident(work))
        no = InsurerLetter(step=Step.REJECTED, reason="not_at_work")
        assert record_by_letter(claim_id=other.id, letter=no, actor=officer(), now=NOW).state == "rejected"
        third = opened(accident(work))
    for letter, actor, code in (
        (InsurerLetter(Step.PAID, reference="V-2"), officer(), "claim_decision"),
        (InsurerLetter(Step.ACCEPTED), officer(), "claim_decision"),
        (InsurerLetter(Step.REJECTED), officer(), "claim_decision"),
        (InsurerLetter(Step.ACKNOWLEDGED), hall(), "forbidden"),
        (InsurerLetter(Step.ACKNOWLEDGED), station(), "forbidden"),
    ):
        with refused(code), run_in_county(counties["jiangle"]):
            record_by_letter(claim_id=third.id, letter=letter, actor=actor, now=NOW)


def test_statistics_count_by_state_trade_insurer_and_days(counties):
    county = counties["mingxi"]
    with run_in_county(county) as work:
        cases = [accident(work, trade=trade) for trade in ("sorting", "moving", "moving", "moving")]
        claims = [opened(case) for case in cases]
        other = opened(accident(work, insurer="jinxi"), now=NOW + DAY)
        pay(decide(claims[0], 500_00, now=NOW + timedelta(hours=20)), 500_00)
        decide(claims[1], 100_00, now=NOW + 3 * DAY)
        refuse(claims[2], now=NOW + 61 * DAY)
        day = (NOW + timedelta(hours=8)).date()
        found = selectors.statistics(officer(), first=day, last=day)
        both = selectors.statistics(officer(), first=day, last=day + DAY)
        assert selectors.statistics(officer(), first=day - DAY, last=day - DAY).claims == 0
        listed = selectors.claims_between(first=day, last=day, insurer="minjiang")
        later = selectors.claims_between(first=day + 61 * DAY, last=day + 61 * DAY)
    assert (found.claims, found.decided, found.accepted_fen, found.paid_fen) == (4, 3, 600_00, 500_00)
    assert {line.key: line.claims for line in found.by_state} == {
        "paid": 1,
        "accepted": 1,
        "rejected": 1,
        "filed": 1,
    }
    assert [(line.key, line.claims, line.accepted_fen, line.paid_fen) for line in found.by_trade] == [
        ("moving", 3, 100_00, 0),
        ("sorting", 1, 500_00, 500_00),
    ]
    assert [(line.key, line.claims) for line in both.by_insurer] == [("jinxi", 1), ("minjiang", 4)]
    assert found.days_to_decision == {1: 1, 3: 1, rules.OPEN_BUCKET: 1}
    assert (found.days_to_decision_p50, found.days_to_decision_p95) == (3, None)
    assert [one.id for one in listed] == sorted(one.id for one in claims)
    assert [one.id for one in later] == [claims[2].id]
    assert other.insurer == "jinxi"
    with refused("invalid_value", "last"), run_in_county(county):
        selectors.statistics(officer(), first=day, last=day - DAY)
    with refused("invalid_value", "last"), run_in_county(county):
        selectors.statistics(officer(), first=day, last=day + 366 * DAY)


def test_lists_narrow_and_go_on(counties):
    county = counties["qingliu"]
    with run_in_county(county) as work:
        case = accident(work, insurer="jinxi", trade="moving")
        views = [opened(case), *(opened(accident(work)) for _ in range(4))]
        day = (NOW + timedelta(hours=8)).date()
        first = selectors.county_claims(officer(), first=day, last=day, limit=3)
        rest = selectors.county_claims(officer(), first=day, last=day, after=first[-1].id)
        assert [one.id for one in first + rest] == sorted((one.id for one in views), reverse=True)
        one = selectors.county_claims(officer(), insurer="jinxi", trade="moving", state="filed")
        assert [found.id for found in one] == [views[0].id]
        own = {one.id for one in views}
        assert not own & {one.id for one in selectors.county_claims(officer(), state="paid")}
        assert not own & {one.id for one in selectors.county_claims(officer(), first=day + DAY)}
        assert not own & {one.id for one in selectors.county_claims(officer(), last=day - DAY)}
        page = selectors.claims_of_insurer("minjiang", after=views[2].id)
        assert [found.id for found in page] == sorted(found.id for found in views[3:])
        assert selectors.claims_of_policies([case.policy.id]) == {case.policy.id: (views[0],)}
        assert selectors.live_claim_of(case.policy.id) == views[0]
