from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from kernel.identifiers import clean_text
from reporting.watch import selectors, store
from reporting.watch.contracts import AlertState, AlertView


def acknowledge_alert(*, alert_id: UUID, note: str, actor: Actor, now: datetime) -> AlertView:
    """Somebody is looking into it. Repeating it changes nothing. Needs `watch:write`. Raises `forbidden`,
    `alert_unknown`, `text_length`, `stale_state` once it is closed."""
    actor.require(store.WRITE)
    words = clean_text(note, "note", 500)
    with store.public_transaction():
        alert = store.locked(alert_id)
        if alert.state != AlertState.ACKNOWLEDGED:
            store.move(alert, AlertState.ACKNOWLEDGED, actor=actor, now=now, note=words)
        return selectors.view_with_history(alert)
