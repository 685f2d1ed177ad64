from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from compliance.claims import documents, events, rules, store, vault
from compliance.claims.contracts import ClaimFile, ClaimView, Due, Reporter
from compliance.claims.errors import CLAIM_EXISTS
from compliance.claims.models import Claim
from compliance.claims.selectors import live_claim_of, view_of
from compliance.claims.states import CLAIM, ClaimState
from compliance.insurance.contracts import PolicyView
from kernel import audit, facts, states
from kernel.actor import Actor, Channel
from kernel.clock import business_day
from kernel.ids import uuid7


def open_claim(
    *,
    policy: PolicyView,
    file: ClaimFile,
    what: str,
    where: str,
    when: datetime,
    injured: bool,
    reporter: Reporter,
    channel: Channel,
    actor: Actor,
    now: datetime,
    pictures: Sequence[UUID] = (),
    hospital: str = "",
) -> ClaimView:
    """Writes an accident down under one policy and lays it before the insurer: REPORTED, then FILED.

    The caller (`orders.use_cases.report_claim`) has checked that the policy was in force at `when` and
    that the actor may report. `pictures` are files that the actor has stored. Raises `claim_moment`,
    `claim_exists` (with the live claim's number), `claim_files`, `text_length`, `text_characters`.
    Emits `claim.reported`.
    """
    rules.check_moment(when, now=now)
    words = rules.clean_words(what=what, where=where, hospital=hospital)
    earlier = live_claim_of(policy.id)
    if earlier is not None:
        raise CLAIM_EXISTS.error(field="assignment_id", number=earlier.number, claim_id=str(earlier.id))
    claim = _row(policy, file, now=now)
    claim.words_sealed = vault.sealed({**words, "reason": ""}, place=vault.WORDS, row=claim.id)
    claim.injured, claim.happened_at = injured, when
    claim.reporter, claim.reported_by, claim.channel = reporter, actor.key, channel
    try:
        claim.save(force_insert=True)
    except IntegrityError as fault:
        if "claim_one_live_a_policy" in str(fault):  # another report of the same accident was faster
            raise CLAIM_EXISTS.error(field="assignment_id") from None
        raise
    states.begin(claim, machine=CLAIM, actor=actor, now=now)
    store.attach(claim, pictures, side=reporter, actor=actor, now=now)
    store.move(
        claim, ClaimState.FILED, actor=actor, now=now, due=Due.ANSWER, due_at=now + rules.ANSWER_WITHIN
    )
    store.tell(claim, events.REPORTED, now=now)
    facts.record(
        "claim.reported",
        now=now,
        subject=claim.id,
        trade=claim.trade,
        values={"claims": 1, "injured": int(injured)},
    )
    audit.record(
        actor,
        "claim.report",
        subject=claim.id,
        purpose="report of an accident",
        now=now,
        detail={"policy_id": str(policy.id), "reporter": str(reporter)},
    )
    return view_of(claim)


def _row(policy: PolicyView, file: ClaimFile, *, now: datetime) -> Claim:
    """A claim that has not yet anybody's words; the order's data are copied as they are now."""
    return Claim(
        id=uuid7(),
        number=rules.new_number(business_day(now)),
        policy_id=policy.id,
        certificate_number=policy.certificate_number,
        insurer=policy.insurer,
        layer=str(policy.layer),
        order_id=file.order_id,
        assignment_id=file.assignment_id,
        worker_id=file.worker_id,
        employer_id=file.employer_id,
        trade=file.trade,
        on=policy.on,
        cover_fen=policy.death_disability_cover_fen + policy.medical_cover_fen,
        state=ClaimState.REPORTED,
        file=documents.file_as_json(file),
        reported_at=now,
        decide_by=now + rules.DECIDE_WITHIN,
    )
