from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from compliance.people.contracts import WorkerView
from compliance.people.models import Worker
from compliance.people.selectors import worker_for, worker_view
from compliance.people.use_cases._shared import known_trades, write_trades
from kernel import audit
from kernel.actor import Actor


def update_worker_trades(
    *,
    actor: Actor,
    worker_id: UUID | None,
    can_do: Iterable[str],
    want_to_do: Iterable[str],
    now: datetime,
) -> WorkerView:
    """Replaces what the worker can and wants to do. Own, or any with `act_for`. Raises `trade_unknown`,
    `trades_too_many`, `worker_not_found`, `worker_choose`."""
    actor.require("people:self")
    chosen = worker_for(actor, worker_id)
    can, want = known_trades(can_do, field="can_do"), known_trades(want_to_do, field="want_to_do")
    worker = Worker.objects.select_for_update().get(id=chosen.id)
    write_trades(worker, can_do=can, want_to_do=want)
    audit.record(actor, "worker.trades", subject=worker.id, purpose="update", now=now)
    return worker_view(worker.id)
