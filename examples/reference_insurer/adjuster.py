"""Simple rules for claims: acknowledge, ask once for papers when there are none, accept a tenth of the
medical cover, pay at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from examples.reference_insurer.book import Book

PAPERS = [
    {"code": "medical_record", "note": "门诊或住院病历"},
    {"code": "invoice", "note": "医疗费用发票"},
]


class Adjuster:
    def __init__(self, book: Book) -> None:
        self.book, self.store = book, book.store

    def waiting(self, county: str) -> list[str]:
        """Claims with news that was not looked at yet."""
        rows = self.store.rows(
            "SELECT DISTINCT subject FROM heard WHERE county = ? AND applied = 1"
            " AND type IN ('cn.linggong.claim.reported.v1', 'cn.linggong.claim.papers_handed_in.v1')",
            county,
        )
        return [row["subject"] for row in rows]

    def handle(self, county: str, claim_id: str, file: Mapping[str, Any]) -> None:
        """One step, told to the county by webhook. `file` is what `GET claims/{id}` says."""
        self.store.run(
            "UPDATE heard SET applied = 2 WHERE county = ? AND subject = ? AND applied = 1", county, claim_id
        )
        known = self.store.row("SELECT * FROM claim WHERE county = ? AND claim_id = ?", county, claim_id)
        reference = known["reference"] if known else f"CL-{self.store.next_number():06d}"
        state = known["state"] if known else ""
        if state in {"paid", "rejected"}:
            return
        if not state:
            self.book.tell(county, "claim.acknowledged", claim_id, {"reference": reference})
            if not file.get("files"):
                self.book.tell(county, "claim.papers_wanted", claim_id, {"papers": PAPERS})
                self._keep(county, claim_id, reference, "papers", 0)
                return
        policy = self.store.row(
            "SELECT * FROM policy WHERE county = ? AND policy_id = ?", county, file.get("policy_id", "")
        )
        if policy is None or not policy["number"]:
            told = {"accepted": False, "reason": "policy_unknown", "reason_text": "没有这张保单"}
            self.book.tell(county, "claim.decided", claim_id, told)
            self._keep(county, claim_id, reference, "rejected", 0)
            return
        amount = min(max(1, policy["medical_fen"] // 10), int(file["cover_fen"]))
        self.book.tell(county, "claim.decided", claim_id, {"accepted": True, "amount_fen": amount})
        self.book.tell(county, "claim.paid", claim_id, {"amount_fen": amount, "reference": reference})
        self._keep(county, claim_id, reference, "paid", amount)

    def _keep(self, county: str, claim_id: str, reference: str, state: str, amount_fen: int) -> None:
        self.store.run(
            "INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?)",
            county,
            claim_id,
            reference,
            state,
            amount_fen,
        )
