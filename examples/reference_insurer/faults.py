"""Switches to fail on demand: `POST /_faults {"slow_ms": 800, "down": true}`; `DELETE /_faults` mends all.

The first group is what an honest insurer may suffer from, and the county must cope with. The second breaks
the contract, and `linggong partner check` must find each one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Faults:
    # -- misfortunes: the county copes
    slow_ms: int = 0  # wait before every answer
    down: bool = False  # hang up without an answer
    unavailable: bool = False  # 503 with Retry-After
    answer_lost: bool = False  # do the work, then hang up
    pending: bool = False  # answer binds later, by webhook
    pending_ms: int = 200  # how much later
    hold: bool = False  # keep what is pending until DELETE /_faults or POST /_settle
    refuse: str = ""  # refuse every bind with this reason
    duplicate: bool = False  # send each webhook twice under its id
    reorder: bool = False  # send webhooks newest first
    drop_every: int = 0  # never send each n-th webhook; it can still be polled

    # -- breaches: the conformance check finds them
    change_premium: int = 0  # add so many fen to what was agreed
    wrong_hash: bool = False  # announce another SHA-256 than the certificate's
    not_pdf: bool = False  # send a text as certificate
    same_number: bool = False  # one certificate number for everybody
    sell_twice: bool = False  # a repeated bind makes a new certificate
    reuse_accepted: bool = False  # a known policy_id with other terms is no conflict
    forged_accepted: bool = False  # signatures are not looked at
    expired_accepted: bool = False  # timestamps are not looked at
    path_unsigned: bool = False  # a GET's signature is not looked at
    message_reuse_accepted: bool = False  # a known webhook-id with another body is no conflict
    person_unchecked: bool = False  # a person meant for another policy is taken
    unlimited: bool = False  # bodies of any size
    plain_errors: bool = False  # errors are bare texts
    loose: bool = False  # members of the wrong type are taken
    unknown_invented: bool = False  # a policy never seen is answered as issued
    cancel_forgotten: bool = False  # a cancel is confirmed and not done
    cancel_short: bool = False  # one fen less comes back
    cancel_unremembered: bool = False  # a bind after its cancel is sold
    amend_forgotten: bool = False  # an amendment is confirmed with the old certificate
    one_key: bool = False  # of two live keys only the newer is tried
    events_unverified: bool = False  # events are believed unsigned
    events_unordered: bool = False  # an event that comes too early is forgotten
    events_unwaiting: bool = False  # an event is applied although one before it is missing
    events_reuse_accepted: bool = False  # a known event id with another body is no conflict
    late_unsigned: bool = False  # webhooks to the county carry no signature
    late_lost: bool = False  # webhooks to the county are never sent

    def change(self, wanted: dict[str, Any]) -> None:
        """Sets what is named; ValueError for an unknown switch or a wrong type."""
        known = {field.name: type(getattr(Faults(), field.name)) for field in fields(self)}
        for name, value in wanted.items():
            if known.get(name) is not type(value):
                raise ValueError(f"{name}: not a switch of type {type(value).__name__}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def mend(self) -> None:
        self.change(asdict(Faults()))


BREACHES = tuple(
    field.name for field in fields(Faults)[[field.name for field in fields(Faults)].index("change_premium") :]
)
