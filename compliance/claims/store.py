"""Rows as several use cases need them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.claims import access, rules, vault
from compliance.claims.contracts import Due, Reporter
from compliance.claims.errors import CLAIM_FILES, CLAIM_NOT_FOUND
from compliance.claims.models import Claim, Document
from compliance.claims.states import CLAIM, ClaimState
from files.contracts import FileKind
from files.selectors import file_views
from kernel import outbox, states
from kernel.actor import Actor
from webhooks import stream

ROLES = {FileKind.CLAIM_PICTURE: "picture", FileKind.CLAIM_PAPER: "paper"}


def locked(claim_id: UUID, *, insurer: str | None = None) -> Claim:
    """The claim, locked to the end of the transaction; with `insurer`, only its own.
    Raises `claim_not_found`."""
    rows = Claim.objects.select_for_update().filter(id=claim_id)
    claim: Claim | None = (rows if insurer is None else rows.filter(insurer=insurer)).first()
    if claim is None:
        raise CLAIM_NOT_FOUND.error(field="claim_id")
    return claim


def locked_for_party(actor: Actor, claim_id: UUID) -> tuple[Claim, Reporter]:
    """The claim, locked, and on whose side the actor is; a claim of strangers is `claim_not_found`."""
    actor.require(access.REPORT)
    claim = locked(claim_id)
    side = access.side_of(actor, worker_id=claim.worker_id, employer_id=claim.employer_id)
    if side is None:
        raise CLAIM_NOT_FOUND.error(field="claim_id")
    return claim, side


def move(
    claim: Claim, to: ClaimState, *, actor: Actor, now: datetime, reason: str = "", **values: Any
) -> None:
    """One step with what is written down at it. Whatever was overdue is settled by moving on."""
    claim.overdue_since = None
    for name, value in values.items():
        setattr(claim, name, value)
    claim.save(update_fields=["overdue_since", *values])
    states.transition(claim, to, machine=CLAIM, actor=actor, now=now, reason=reason)


def acknowledged(claim: Claim, *, actor: Actor, now: datetime, reference: str = "") -> None:
    """What an insurer's later step implies: that it has seen the claim. Nothing if it said so before."""
    if reference and not claim.insurer_reference:
        claim.insurer_reference = reference
        claim.save(update_fields=["insurer_reference"])
    if claim.state == ClaimState.FILED:
        move(
            claim,
            ClaimState.ACKNOWLEDGED,
            actor=actor,
            now=now,
            acknowledged_at=now,
            due=Due.DECISION,
            due_at=claim.decide_by,
        )


def tell(claim: Claim, type: str, *, now: datetime, **more: Any) -> None:
    """The insurer hears it by its stream, our own rooms by the outbox: ids and codes."""
    data = {
        "claim_id": str(claim.id),
        "number": claim.number,
        "policy_id": str(claim.policy_id),
        "certificate_number": claim.certificate_number,
        "state": str(claim.state),
        "trade": claim.trade,
        "injured": claim.injured,
        **more,
    }
    stream.tell(partner=claim.insurer, type=type, subject=claim.id, data=data, now=now)
    outbox.emit(type, subject=claim.id, data={**data, "insurer": claim.insurer}, now=now)


def words_of(claim: Claim) -> dict[str, str]:
    words: dict[str, str] = vault.opened(claim.words_sealed, place=vault.WORDS, row=claim.id)
    return words


def attach(
    claim: Claim,
    file_ids: Sequence[UUID],
    *,
    side: Reporter,
    actor: Actor,
    now: datetime,
    kinds: Iterable[FileKind] = tuple(ROLES),
) -> int:
    """Adds files that the actor himself has stored; those the claim has already are left. Returns how
    many were added. Raises `claim_files`."""
    has = set(Document.objects.filter(claim=claim).values_list("file_id", flat=True))
    fresh = [file_id for file_id in dict.fromkeys(file_ids) if file_id not in has]
    if len(has) + len(fresh) > rules.MAX_DOCUMENTS:
        raise _files(f"最多 {rules.MAX_DOCUMENTS} 个", f"at most {rules.MAX_DOCUMENTS}")
    found = file_views(fresh)
    for file_id in fresh:
        view = found.get(file_id)
        if view is None or view.stored_by != actor.key:
            raise _files("没有这个文件，或不是本人上传", "no such file, or another person stored it")
        if view.kind not in set(kinds):
            raise _files("不是理赔照片或材料", "not a picture or paper of a claim")
    Document.objects.bulk_create(
        Document(claim=claim, file_id=file_id, role=ROLES[found[file_id].kind], added_by=side, added_at=now)
        for file_id in fresh
    )
    return len(fresh)


def _files(zh: str, en: str) -> Exception:
    return CLAIM_FILES.error(field="files", reason_zh=zh, reason_en=en)
