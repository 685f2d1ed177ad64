"""Checks of docs/partners.md, sections 5 and 7: events both ways. What an event did is seen by the refund:
after `started` it is what the parties agreed for cover that has begun, before it the whole premium."""

from __future__ import annotations

from dataclasses import replace

from kernel.ids import uuid7
from linggong.commands.partner.checks import LATE, WRONG_SECRET, cancelled
from linggong.commands.partner.peer import Reply
from linggong.commands.partner.run import Run, Skipped, check, refused, wants

IN_ORDER = ("requested", "issued", "started")


def _needs_endpoint(run: Run) -> None:
    if not run.options.events_secret:
        raise Skipped("needs --events and --events-secret")


def _taken(reply: Reply) -> None:
    wants(200 <= reply.status < 300, f"expected 2xx, got {reply}")


def _refund_after(run: Run, order: tuple[int, ...]) -> int:
    """Refund of a policy whose three events came in this order of sequences."""
    body, _ = run.issued()
    events = {at: run.peer.told(body["policy_id"], kind, at) for at, kind in enumerate(IN_ORDER, start=1)}
    for at in order:
        _taken(run.peer.event(events[at]))
    return cancelled(run, body["policy_id"])


@check("a signed event is taken, also of a type it does not know", "7")
def event_taken(run: Run) -> None:
    _needs_endpoint(run)
    body, _ = run.issued()
    _taken(run.peer.event(run.peer.told(body["policy_id"], "requested", 1)))
    _taken(run.peer.event(run.peer.told(body["policy_id"], "invented_later", 2)))


@check("a forged, altered or unsigned event is 401, and does nothing", "7")
def event_forged(run: Run) -> None:
    _needs_endpoint(run)
    body, _ = run.issued()
    event = run.peer.told(body["policy_id"], "started", 1)
    refused(run.peer.event(event, secrets=[WRONG_SECRET]), 401, "signature_invalid")
    message = run.peer.message("POST", "", event, secrets=[run.options.events_secret], message_id=event["id"])
    altered = replace(message, body=message.body.replace(b'"sequence": 1', b'"sequence": 2'))
    refused(run.peer.send(altered, base=run.options.events_url), 401, "signature_invalid")
    unsigned = replace(message, headers={"content-type": "application/json"})
    refused(run.peer.send(unsigned, base=run.options.events_url), 401, "signature_missing")
    refund = cancelled(run, body["policy_id"])
    wants(refund == body["premium_fen"], "a forged event took effect: not all premium came back")


@check("an event with an old timestamp is 401", "7")
def event_expired(run: Run) -> None:
    _needs_endpoint(run)
    event = run.peer.told(str(uuid7()), "requested", 1)
    refused(run.peer.event(event, shift=-LATE), 401, "message_expired")


@check("the same event again is taken; its id with another body is 409", "7")
def event_duplicate(run: Run) -> None:
    _needs_endpoint(run)
    body, _ = run.issued()
    event = run.peer.told(body["policy_id"], "requested", 1)
    for _ in range(3):
        _taken(run.peer.event(event))
    refused(run.peer.event({**event, "sequence": 2}), 409, "message_reused")


@check("events out of order have the effect of those in order", "7")
def event_order(run: Run) -> str:
    _needs_endpoint(run)
    in_order = _refund_after(run, (1, 2, 3))
    for order in ((3, 2, 1), (2, 3, 1), (3, 3, 1, 2, 2)):
        refund = _refund_after(run, order)
        wants(refund == in_order, f"refund {refund} fen after {order}, {in_order} fen in order")
    return f"{in_order} fen come back after the start"


@check("an event whose earlier ones are missing is not applied yet", "7")
def event_gap(run: Run) -> None:
    _needs_endpoint(run)
    if _refund_after(run, (1, 2, 3)) > 0:
        raise Skipped("the refund does not tell whether cover has started")
    refund = _refund_after(run, (1, 3))
    wants(refund > 0, "`started` was applied although the event before it is missing")


# ------------------------------------------------------------------------------------------- late answers


@check("a late answer comes to our door, with token and signature, once more after a 503", "5")
def late_answer(run: Run) -> str:
    if run.door is None:
        raise Skipped("needs --door and --inbound-secret")
    body = run.peer.bind()
    first = run.peer.post("/policies", body)
    if first.members.get("state") != "pending":
        raise Skipped("it answers at once")
    seen = run.door.wait_for(body["policy_id"], run.options.patience_seconds)
    wants(bool(seen), f"nothing came with our token in {run.options.patience_seconds:g} s")
    wants(all(one.signed for one in seen), "not signed with the inbound key")
    wants(len(seen) > 1, "after our 503 it was not sent again")
    wants(len({one.message_id for one in seen}) == 1, "sent again under another webhook-id")
    told = seen[-1].body
    wants(told.get("type") in {"policy.issued", "policy.refused"}, f"type: {told.get('type')!r}")
    answer = run.settled(first, body)
    for name in ("certificate_number", "certificate_sha256", "premium_fen", "reason"):
        wants(told["data"].get(name) == answer.get(name), f"{name}: the event says another than GET")
    return f"{told['type']} in {len(seen)} attempts"


@check("it answers in time", "2")
def in_time(run: Run) -> str:
    """Last, because it looks back at every call."""
    slowest = run.peer.slowest_seconds
    limit = run.options.timeout_seconds
    wants(slowest < limit, f"slowest answer {slowest:.1f} s, limit {limit:g} s")
    return f"slowest answer {slowest * 1000:.0f} ms"
