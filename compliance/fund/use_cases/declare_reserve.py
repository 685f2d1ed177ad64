from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from compliance.fund import selectors
from compliance.fund.contracts import ReserveView
from compliance.fund.errors import RESERVE_DECLARED
from compliance.fund.models import Reserve
from compliance.fund.states import RESERVE, ReserveState
from kernel import audit
from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.states import begin
from ledger.contracts import AccountKind
from ledger.use_cases.open_account import open_account


def declare_reserve(*, document: str, actor: Actor, now: datetime) -> ReserveView:
    """Declares that the county pays what a dearer fallback insurer costs more, out of a reserve of its
    own; `document` names the paper that decided it. The money comes by `deposit`.

    Raises `forbidden`, `reserve_declared`.
    """
    actor.require("fund:write")
    paper = clean_text(document, "document", 200)
    if Reserve.objects.filter(state=ReserveState.DECLARED).exists():
        raise RESERVE_DECLARED.error()
    row = Reserve(
        account_id=open_account(kind=AccountKind.COVER_RESERVE, now=now),
        document=paper,
        state=ReserveState.DECLARED,
        declared_at=now,
        declared_by=actor.key,
    )
    try:
        row.save(force_insert=True)
    except IntegrityError as fault:
        if "reserve_declared_once" in str(fault):
            raise RESERVE_DECLARED.error() from None
        raise
    begin(row, machine=RESERVE, actor=actor, now=now)
    audit.record(actor, "fund.reserve_declared", subject=row.id, purpose=paper, now=now)
    view = selectors.reserve()
    assert view is not None
    return view
