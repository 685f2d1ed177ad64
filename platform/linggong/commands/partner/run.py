"""How checks are kept and run: each is a function that returns a remark, or raises Failed or Skipped."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from linggong.commands.partner.door import Door
from linggong.commands.partner.peer import NoAnswer, Options, Peer, Reply

POLL_SECONDS = 0.1
REASON = re.compile(r"[a-z][a-z0-9_]{0,59}")


class Failed(Exception):
    """The insurer does not do what the contract says; the text tells what it did."""


class Skipped(Exception):
    """Cannot be tried with what the check was told."""


@dataclass(frozen=True, slots=True)
class Outcome:
    title: str
    section: str
    state: str  # ok, FAILED, skipped
    remark: str
    slug: str


@dataclass(frozen=True, slots=True)
class Check:
    title: str
    section: str
    run: Callable[[Run], str | None]

    @property
    def slug(self) -> str:
        """The name of the function; tests speak of checks by it."""
        return self.run.__name__


CHECKS: list[Check] = []


def check(title: str, section: str) -> Callable[[Callable[[Run], str | None]], Callable[[Run], str | None]]:
    """Registers a check of a section of docs/partners.md, in the order of the table."""

    def register(run: Callable[[Run], str | None]) -> Callable[[Run], str | None]:
        CHECKS.append(Check(title, section, run))
        return run

    return register


@dataclass
class Run:
    """What the checks share: the line to the insurer, our door for its late answers, numbers seen."""

    options: Options
    peer: Peer
    door: Door | None
    numbers: dict[str, str] = field(default_factory=dict)  # certificate number -> policy

    def bind(self, body: dict[str, Any]) -> dict[str, Any]:
        """Binds and waits for the end of pending; the answer object, checked."""
        return self.settled(self.peer.post("/policies", body), body)

    def settled(self, reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
        """The answer object once it is not pending. Failed when it does not fit, or stays pending."""
        until = time.monotonic() + self.options.patience_seconds
        wants(reply.status in {200, 202}, f"expected 200 or 202, got {reply}")
        answer = fitting(reply, body)
        wants(
            (reply.status == 202) == (answer["state"] == "pending"),
            "202 goes with pending, 200 with the rest",
        )
        while answer["state"] == "pending":
            wants(time.monotonic() < until, f"still pending after {self.options.patience_seconds:g} s")
            time.sleep(POLL_SECONDS)
            reply = self.peer.get(f"/policies/{body['policy_id']}")
            wants(reply.status == 200, f"asking about a pending policy: expected 200, got {reply}")
            answer = fitting(reply, body)
        return answer

    def issued(self, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """A policy of its own: (the bind that was sent, the answer object). Failed unless it is issued."""
        body = self.peer.bind(**changes)
        answer = self.bind(body)
        wants(
            answer["state"] == "issued", f"expected issued, got {answer['state']} {answer.get('reason', '')}"
        )
        first = self.numbers.setdefault(answer["certificate_number"], body["policy_id"])
        wants(first == body["policy_id"], f"two policies with number {answer['certificate_number']}")
        return body, answer

    def now(self, policy_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer object by GET."""
        reply = self.peer.get(f"/policies/{policy_id}")
        wants(reply.status == 200, f"GET: expected 200, got {reply}")
        return fitting(reply, body)

    def certificate(self, answer: dict[str, Any]) -> bytes:
        """The PDF by GET, which must be what was announced."""
        reply = self.peer.get(f"/policies/{answer['policy_id']}/certificate")
        wants(reply.status == 200, f"GET certificate: expected 200, got {reply}")
        kind = reply.headers.get("content-type", "")
        wants(
            kind.partition(";")[0] == "application/pdf",
            f"content type {kind or 'missing'}, not application/pdf",
        )
        wants(reply.body.startswith(b"%PDF-"), "the certificate is no PDF")
        digest = hashlib.sha256(reply.body).hexdigest()
        wants(digest == answer["certificate_sha256"], "SHA-256 of the PDF is not the announced one")
        return reply.body


def wants(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Failed(otherwise)


def refused(reply: Reply, status: int, code: str) -> None:
    """The reply must be this error of the contract."""
    wants((reply.status, reply.code) == (status, code), f"expected {status} {code}, got {reply}")


def fitting(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    """The answer object in a reply; Failed when a member is missing or wrong."""
    answer = reply.members
    wants(answer.get("policy_id") == body["policy_id"], "policy_id is not the one asked about")
    state = answer.get("state")
    if state == "issued":
        _fits(answer, "premium_fen", int)
        number = _fits(answer, "certificate_number", str)
        wants(0 < len(number) <= 64, "certificate_number: 1 to 64 characters")
        digest = _fits(answer, "certificate_sha256", str)
        wants(bool(re.fullmatch(r"[0-9a-f]{64}", digest)), "certificate_sha256: 64 hex digits in lower case")
        agreed, told = body["premium_fen"], answer["premium_fen"]
        wants(told == agreed, f"premium_fen: agreed {agreed}, answered {told}")
    elif state == "refused":
        reason = _fits(answer, "reason", str)
        wants(bool(REASON.fullmatch(reason)), "reason: a code of a-z, 0-9 and _")
    elif state == "cancelled":
        wants(_fits(answer, "refund_fen", int) >= 0, "refund_fen: not below 0")
    else:
        wants(state == "pending", f"state: {state!r} is none of issued, pending, refused, cancelled")
    return answer


def _fits(answer: dict[str, Any], name: str, wanted: type) -> Any:
    value = answer.get(name)
    wants(type(value) is wanted, f"{name}: missing or not of type {wanted.__name__}")
    return value


def run_all(run: Run) -> list[Outcome]:
    """Runs every check; each goes on from its own policies, so that one fault fails few. When the very first
    gets no answer the rest is not tried."""
    outcomes: list[Outcome] = []
    for one in CHECKS:
        state, remark = "ok", ""
        try:
            remark = one.run(run) or ""
        except Skipped as skipped:
            state, remark = "skipped", str(skipped)
        except (Failed, NoAnswer) as failed:
            state, remark = "FAILED", str(failed)
        outcomes.append(Outcome(one.title, one.section, state, remark, one.slug))
        if one is CHECKS[0] and state == "FAILED":
            outcomes += [Outcome(c.title, c.section, "skipped", "no ping", c.slug) for c in CHECKS[1:]]
            break
    return outcomes
