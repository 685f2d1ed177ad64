"""Rules about claims. Pure; moments are market time."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from compliance.claims.contracts import PaperWanted, Reporter
from compliance.claims.errors import (
    CLAIM_DECISION,
    CLAIM_MOMENT,
    CLAIM_NOT_YOURS_TO_WITHDRAW,
    CLAIM_PAPERS_WANTED,
)
from kernel.errors import INVALID_VALUE
from kernel.identifiers import clean_text

# 《中华人民共和国保险法》art. 22: the insurer asks for missing papers "in good time", all at once, and names
# no number of days; three is this platform's reading of "in good time".
ANSWER_WITHIN: Final = timedelta(days=3)
# art. 23: decides within thirty days of the claim with its papers, unless the contract says otherwise; pays
# within ten days of the agreement.
DECIDE_WITHIN: Final = timedelta(days=30)
PAY_WITHIN: Final = timedelta(days=10)
# art. 26: a claim other than for life lapses two years after the insured knew of the accident.
LAPSES_AFTER: Final = timedelta(days=730)

CLOSE_AFTER: Final = timedelta(days=30)  # paid or refused, and nobody has come back to it

MAX_PICTURES: Final = 12
MAX_DOCUMENTS: Final = 60
DECISION_DAYS: Final = (1, 3, 7, 15, 30, 60)
OPEN_BUCKET: Final = -1

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is misheard on the phone


def new_number(day: date) -> str:
    """A claim's number, to be said on the phone: `C261123-7Q2F9K`. Not guessable from its neighbours."""
    return f"C{day:%y%m%d}-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))


def check_moment(happened_at: datetime, *, now: datetime) -> None:
    """Raises `claim_moment` for an accident in the future or of more than two years ago."""
    earliest = now - LAPSES_AFTER
    if not earliest <= happened_at <= now:
        raise CLAIM_MOMENT.error(field="happened_at", earliest=earliest.date().isoformat())


def clean_words(*, what: str, where: str, hospital: str) -> dict[str, str]:
    """What people say about the accident, cleaned. Raises `text_length`, `text_characters`."""
    return {
        "what": clean_text(what, "what", 1000, min_len=2),
        "where": clean_text(where, "where", 200, min_len=2),
        "hospital": clean_text(hospital, "hospital", 100),
    }


def clean_code(value: object, field: str) -> str:
    """A short code of ASCII letters, digits and `_`, or `invalid_value`."""
    text = value if isinstance(value, str) else ""
    if not (text.isascii() and 1 <= len(text) <= 40 and text.replace("_", "").isalnum()):
        raise INVALID_VALUE.error(field=field, reason="1 to 40 letters, digits or _")
    return text


def clean_reference(value: object, field: str, *, required: bool) -> str:
    """An insurer's own number: 1 to 64 visible ASCII characters, or empty where not required."""
    text = value.strip() if isinstance(value, str) else ""
    if (required and not text) or len(text) > 64 or not text.isascii() or not text.isprintable():
        raise INVALID_VALUE.error(field=field, reason="1 to 64 visible ASCII characters")
    return text


def clean_wanted(wanted: Sequence[PaperWanted]) -> tuple[PaperWanted, ...]:
    """All papers that the insurer needs, each once. Raises `claim_papers_wanted`, `invalid_value`."""
    papers = tuple(
        PaperWanted(clean_code(paper.code, "papers"), clean_text(paper.note, "papers", 200))
        for paper in wanted
    )
    if not 1 <= len(papers) <= 20 or len({paper.code for paper in papers}) != len(papers):
        raise CLAIM_PAPERS_WANTED.error(field="papers")
    return papers


def check_decision(*, accepted: bool, amount_fen: int | None, reason: str) -> None:
    """An amount and no reason, or a reason and no amount; else `claim_decision`."""
    whole = type(amount_fen) is int and amount_fen > 0
    if accepted != whole or accepted == bool(reason) or (amount_fen is not None and not whole):
        raise CLAIM_DECISION.error(field="amount_fen" if accepted else "reason")


def check_may_withdraw(*, side: str, reporter: str) -> None:
    """An employer takes back only his own word: the claim is the worker's."""
    if side == Reporter.EMPLOYER and reporter != Reporter.EMPLOYER:
        raise CLAIM_NOT_YOURS_TO_WITHDRAW.error()


def quantile(buckets: Mapping[int, int], share_percent: int) -> int | None:
    """The upper bound of the bucket that holds the quantile; None without any, or in the open bucket."""
    total = sum(buckets.values())
    seen = 0
    for bound in DECISION_DAYS:
        seen += buckets.get(bound, 0)
        if total and seen * 100 >= total * share_percent:
            return bound
    return None
