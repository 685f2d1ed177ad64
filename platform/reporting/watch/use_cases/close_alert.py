from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.identifiers import clean_text
from reporting.watch import selectors, store
from reporting.watch.contracts import AlertState, AlertView


def close_alert(*, alert_id: UUID, note: str, actor: Actor, now: datetime) -> AlertView:
    """Somebody has dealt with it, and says how. It stays closed while the rule finds the same or less, and
    opens again when it gets worse, or ends and comes back. Repeating it changes nothing.

    Needs `watch:write`. Raises `forbidden`, `alert_unknown`, `text_length`.
    """
    actor.require(store.WRITE)
    words = clean_text(note, "note", 500, min_len=2)
    with store.public_transaction():
        alert = store.locked(alert_id)
        if alert.state != AlertState.CLOSED:
            store.move(alert, AlertState.CLOSED, actor=actor, now=now, note=words)
        return selectors.view_with_history(alert)
