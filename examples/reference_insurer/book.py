"""What the insurer sells, to whom, and what became of it. Knows nothing of HTTP, JSON bodies or XML.

Every method runs inside one transaction of the store, opened by the caller.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from sqlite3 import Row
from typing import Any

from examples.reference_insurer.certificate import draw
from examples.reference_insurer.faults import Faults
from examples.reference_insurer.person import Person
from examples.reference_insurer.store import Store

YOUNGEST, OLDEST = 16, 65


class BookError(Exception):
    """The question cannot be answered; `code` is the contract's error code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """How a policy stands. `pdf` is empty unless it is issued."""

    policy_id: str
    state: str
    premium_fen: int = 0
    number: str = ""
    sha256: str = ""
    pdf: bytes = b""
    reason: str = ""
    refund_fen: int = 0


class Book:
    def __init__(self, store: Store, *, insurer: str, prefix: str, faults: Faults) -> None:
        self.store, self.insurer, self.prefix, self.faults = store, insurer, prefix, faults
        self.key = store.key()
        self.wake: Callable[[], None] = lambda: None  # called when there is news to send

    # -- policies --------------------------------------------------------------------------------------

    def bind(self, county: str, terms: Mapping[str, Any], person: Person) -> Answer:
        """Sells once, however often asked. BookError `policy_reused` for other terms or another person."""
        policy_id, wanted, who = str(terms["policy_id"]), _canonical(terms), self._digest(person)
        known = self._policy(county, policy_id)
        if known is not None:
            return self._bind_again(county, known, wanted, who)
        reason = self.faults.refuse or _insurable(person, date.fromisoformat(terms["on"]))
        state = "refused" if reason else "pending"
        delay = self.faults.pending_ms / 1000 if self.faults.pending else 0.0
        self.store.run(
            "INSERT INTO policy (county, policy_id, terms, person, state, on_day, trade, cover_fen,"
            " medical_fen, days, premium_fen, reason, answer_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            county,
            policy_id,
            wanted,
            who,
            "pending" if self.faults.pending else state,
            terms["on"],
            terms["trade"],
            terms["death_disability_cover_fen"],
            terms["medical_cover_fen"],
            terms["days"],
            terms["premium_fen"] + self.faults.change_premium,
            reason,
            time.time() + delay if self.faults.pending else None,
        )
        if not self.faults.pending and not reason:
            self._issue(county, policy_id)
        self.wake()
        return self.find(county, policy_id)

    def _bind_again(self, county: str, known: Row, wanted: str, who: str) -> Answer:
        policy_id = known["policy_id"]
        if known["terms"] == "" and not self.faults.cancel_unremembered:  # its cancel came first
            return Answer(policy_id, "refused", reason="cancelled")
        if known["terms"] == "":
            self._set(county, policy_id, state="pending", terms=wanted, person=who)
            self._issue(county, policy_id)
            return self.find(county, policy_id)
        if (known["terms"], known["person"]) != (wanted, who) and not self.faults.reuse_accepted:
            raise BookError("policy_reused", "this policy_id is known with other terms or another person")
        self._set(county, policy_id, asked=known["asked"] + 1)
        if self.faults.sell_twice and known["state"] == "issued":
            self._issue(county, policy_id)
        return self.find(county, policy_id)

    def amend(self, county: str, terms: Mapping[str, Any], person: Person | None) -> Answer:
        """A new person or more days. BookError `policy_unknown`, `amendment_reused`, `state_conflict`."""
        policy = self._known(county, str(terms["policy_id"]))
        wanted = _canonical(terms)
        who = self._digest(person) if person else ""
        earlier = self.store.row(
            "SELECT * FROM amendment WHERE county = ? AND amendment_id = ?", county, terms["amendment_id"]
        )
        if earlier is not None:
            if (earlier["terms"], earlier["person"]) != (wanted, who):
                raise BookError("amendment_reused", "this amendment_id is known with other terms")
            return self.find(county, policy["policy_id"])
        if policy["state"] != "issued":
            raise BookError("state_conflict", f"the policy is {policy['state']}")
        if person and (reason := _insurable(person, date.fromisoformat(policy["on_day"]))):
            return Answer(policy["policy_id"], "refused", reason=reason)
        self.store.run(
            "INSERT INTO amendment VALUES (?, ?, ?, ?, ?)",
            county, terms["amendment_id"], policy["policy_id"], wanted, who,
        )  # fmt: skip
        if not self.faults.amend_forgotten:
            premium_fen = terms["premium_fen"] + self.faults.change_premium
            self._set(county, policy["policy_id"], premium_fen=premium_fen, days=terms["days"])
            self._issue(county, policy["policy_id"])
        return self.find(county, policy["policy_id"])

    def cancel(self, county: str, policy_id: str) -> Answer:
        """All comes back unless cover has started. A policy never seen is remembered as not wanted."""
        policy = self._policy(county, policy_id)
        if policy is None:
            self.store.run(
                "INSERT INTO policy (county, policy_id, terms, person, state, reason, asked)"
                " VALUES (?, ?, '', '', 'cancelled', 'cancelled', 0)",
                county,
                policy_id,
            )
        elif policy["state"] != "cancelled":
            refund = policy["premium_fen"] if policy["state"] == "issued" and not policy["started"] else 0
            refund -= min(refund, int(self.faults.cancel_short))
            if self.faults.cancel_forgotten:
                return Answer(policy_id, "cancelled", refund_fen=refund)
            self._set(county, policy_id, state="cancelled", refund_fen=refund, answer_at=None)
        return self.find(county, policy_id)

    def find(self, county: str, policy_id: str) -> Answer:
        """As it stands. BookError `policy_unknown`."""
        if self._policy(county, policy_id) is None and self.faults.unknown_invented:
            return Answer(policy_id, "issued", 500, "INVENTED", "0" * 64)
        row = self._known(county, policy_id)
        if row["state"] != "issued":
            return Answer(policy_id, row["state"], reason=row["reason"], refund_fen=row["refund_fen"])
        number = f"{self.prefix}-000000" if self.faults.same_number else row["number"]
        announced = row["sha256"][::-1] if self.faults.wrong_hash else row["sha256"]
        return Answer(policy_id, "issued", row["premium_fen"], number, announced, row["pdf"])

    def decide_pending(self, *, force: bool = False) -> int:
        """Answers what is due, and tells the counties; how many were answered."""
        due = self.store.rows(
            "SELECT * FROM policy WHERE state = 'pending' AND (answer_at <= ? OR ?)", time.time(), force
        )
        for row in due:
            if row["reason"]:
                self._set(row["county"], row["policy_id"], state="refused", answer_at=None)
                self.tell(row["county"], "policy.refused", row["policy_id"], {"reason": row["reason"]})
            else:
                self._issue(row["county"], row["policy_id"])
                self.tell(row["county"], "policy.issued", row["policy_id"], {})
        return len(due)

    def _issue(self, county: str, policy_id: str) -> None:
        row = self._known(county, policy_id)
        number = f"{self.prefix}{row['on_day'][:4]}-{self.store.next_number():06d}"
        terms = json.loads(row["terms"])
        pdf = draw(
            insurer=self.insurer,
            number=number,
            lines=[
                ("Policy", policy_id),
                ("Job", terms["order_id"]),
                ("Trade", f"{terms['trade']}, class {terms['risk_class']}"),
                ("From, days", f"{row['on_day']}, {row['days']}"),
                ("Premium", f"{row['premium_fen'] / 100:.2f} CNY"),
                ("Death, disability", f"{terms['death_disability_cover_fen'] // 100:,} CNY"),
                ("Medical", f"{terms['medical_cover_fen'] // 100:,} CNY"),
            ],
        )
        if self.faults.not_pdf:
            pdf = b"certificate " + number.encode()
        self._set(
            county,
            policy_id,
            state="issued",
            number=number,
            pdf=pdf,
            sha256=hashlib.sha256(pdf).hexdigest(),
            answer_at=None,
        )

    # -- news in and out -------------------------------------------------------------------------------

    def tell(self, county: str, kind: str, subject: str, data: Mapping[str, Any]) -> None:
        """Queues one event for the county. A policy's answer is read when it is sent, not now."""
        self.store.run(
            "INSERT INTO news (county, id, type, subject, time, data, next_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            county, f"evt_{uuid.uuid4().hex}", kind, subject, _now(), json.dumps(data), time.time(),
        )  # fmt: skip
        self.wake()

    def hear(self, county: str, event: Mapping[str, Any]) -> list[Row]:
        """Keeps an event once and applies every one of its subject that is next. Returns the applied."""
        expected = self._applied(county, event["subject"]) + 1
        if self.faults.events_unordered and event["sequence"] != expected:
            return []
        self.store.run(
            "INSERT OR IGNORE INTO heard (county, id, type, subject, sequence, data)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            county, event["id"], event["type"], event["subject"], event["sequence"],
            json.dumps(event["data"]),
        )  # fmt: skip
        applied = []
        if self.faults.events_unwaiting:
            expected = event["sequence"]
        while (row := self._heard(county, event["subject"], expected)) is not None:
            self._apply(county, row)
            applied.append(row)
            expected += 1
        return applied

    def _applied(self, county: str, subject: str) -> int:
        row = self.store.row(
            "SELECT max(sequence) AS last FROM heard WHERE county = ? AND subject = ? AND applied",
            county, subject,
        )  # fmt: skip
        return int(row["last"] or 0) if row else 0

    def _heard(self, county: str, subject: str, sequence: int) -> Row | None:
        return self.store.row(
            "SELECT * FROM heard WHERE county = ? AND subject = ? AND sequence = ? AND NOT applied",
            county, subject, sequence,
        )  # fmt: skip

    def _apply(self, county: str, row: Row) -> None:
        self.store.run("UPDATE heard SET applied = 1 WHERE county = ? AND id = ?", county, row["id"])
        if row["type"] == "cn.linggong.policy.started.v1":
            self._set(county, row["subject"], started=1)

    # -- rows ------------------------------------------------------------------------------------------

    def _policy(self, county: str, policy_id: str) -> Row | None:
        return self.store.row("SELECT * FROM policy WHERE county = ? AND policy_id = ?", county, policy_id)

    def _known(self, county: str, policy_id: str) -> Row:
        if (row := self._policy(county, policy_id)) is None:
            raise BookError("policy_unknown", "no such policy")
        return row

    def _set(self, county: str, policy_id: str, **values: object) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)  # names are ours, above
        self.store.run(
            f"UPDATE policy SET {columns} WHERE county = ? AND policy_id = ?",  # noqa: S608  # see `columns`
            *values.values(),
            county,
            policy_id,
        )

    def _digest(self, person: Person) -> str:
        told = json.dumps([person.name, person.id_number]).encode()
        return hmac.new(self.key.export_private().encode(), told, hashlib.sha256).hexdigest()


def _insurable(person: Person, on: date) -> str:
    """'' or the reason of a refusal."""
    return "" if YOUNGEST <= person.age_on(on) <= OLDEST else "age_not_insurable"


def _canonical(terms: Mapping[str, Any]) -> str:
    wanted = {name: value for name, value in terms.items() if name not in {"insured", "requested_at"}}
    return json.dumps(wanted, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
