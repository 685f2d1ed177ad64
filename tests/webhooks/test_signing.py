"""What is signed is accepted, and nothing else: forged, expired, altered or replayed messages are not."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from kernel.clock import real_now
from kernel.errors import DomainError
from webhooks.signing import sign, verify
from webhooks.vault import new_secret

BODY = b'{"type":"policy.issued","subject":"0199f3a2-7c1e-7d43-9a55-3f8b1f6f2a10","data":{"premium_fen":700}}'
AT = datetime(2026, 12, 1, tzinfo=UTC)
DICE = random.Random(20_261_201)


def test_the_worked_example_of_the_partners_document() -> None:
    secret = "whsec_bGluZ2dvbmctZXhhbXBsZS1zZWNyZXQtMzItYnl0ZXM="
    body = (
        b'{"type":"policy.cancel","county":"jiangle","policy_id":"0199f3a2-7c1e-7d43-9a55-3f8b1f6f2a10",'
        b'"reason":"order_cancelled"}'
    )
    at = datetime.fromtimestamp(1_796_083_200, tz=UTC)
    assert sign([secret], "msg_0199f3a4", at, body) == {
        "webhook-id": "msg_0199f3a4",
        "webhook-timestamp": "1796083200",
        "webhook-signature": "v1,srCARyPsFHTw6dth/LPG9R+6k1kp6kQgIFNeAgM1jPc=",
    }


@given(body=st.text(max_size=200), message_id=st.from_regex(r"[!-~]{1,100}", fullmatch=True))
def test_ours_and_the_standard_library_agree(body: str, message_id: str) -> None:
    secret, now = new_secret(), real_now()
    headers = sign([secret], message_id, now, body.encode())
    Webhook(secret).verify(body, headers, json_parse=False)
    assert verify([secret], headers, body.encode(), now) == message_id
    theirs = {**headers, "webhook-signature": Webhook(secret).sign(message_id, now, body)}
    assert verify([secret], theirs, body.encode(), now) == message_id


def test_header_names_in_any_case_and_any_of_several_signatures() -> None:
    old, new = new_secret(), new_secret()
    headers = {name.upper(): value for name, value in sign([new, old], "m1", AT, BODY).items()}
    for live in ([new], [old], [new_secret(), old], [new, old]):
        assert verify(live, headers, BODY, AT) == "m1"
    headers["WEBHOOK-SIGNATURE"] = "v1a,xx v1,@@@ v1, " + headers["WEBHOOK-SIGNATURE"]
    assert verify([old], headers, BODY, AT) == "m1"


def test_the_window_is_five_minutes_either_way() -> None:
    secret = new_secret()
    headers = sign([secret], "m1", AT, BODY)
    for seconds in (-300, 0, 300):
        assert verify([secret], headers, BODY, AT + timedelta(seconds=seconds)) == "m1"
    for seconds in (-301, 301):
        with pytest.raises(DomainError, match="message_expired"):
            verify([secret], headers, BODY, AT + timedelta(seconds=seconds))


def forged(secret: str) -> tuple[dict[str, str], bytes]:
    return sign([new_secret()], "m1", AT, BODY), BODY


def expired(secret: str) -> tuple[dict[str, str], bytes]:
    off = DICE.choice((-1, 1)) * DICE.uniform(301, 10_000_000)
    return sign([secret], "m1", AT + timedelta(seconds=off), BODY), BODY


def altered(secret: str) -> tuple[dict[str, str], bytes]:
    body = bytearray(BODY)
    body[DICE.randrange(len(body))] ^= 1 << DICE.randrange(8)
    return sign([secret], "m1", AT, BODY), bytes(body)


def renamed(secret: str) -> tuple[dict[str, str], bytes]:
    """Replayed under another id, or with a fresher timestamp than was signed."""
    headers = sign([secret], "m1", AT - timedelta(seconds=DICE.randint(1, 299)), BODY)
    fresher = {"webhook-timestamp": str(int(AT.timestamp()))}
    return {**headers, **DICE.choice(({"webhook-id": "m2"}, fresher))}, BODY


def shifted(secret: str) -> tuple[dict[str, str], bytes]:
    """The same signed text, cut elsewhere: the id takes the timestamp's place and so on."""
    headers = sign([secret], "m1", AT, b"1." + BODY)
    return {**headers, "webhook-id": "m1." + headers["webhook-timestamp"], "webhook-timestamp": "1"}, BODY


def stripped(secret: str) -> tuple[dict[str, str], bytes]:
    headers = sign([secret], "m1", AT, BODY)
    del headers[DICE.choice(sorted(headers))]
    return headers, BODY


def misspelt(secret: str) -> tuple[dict[str, str], bytes]:
    headers = sign([secret], "m1", AT, BODY)
    mac = headers["webhook-signature"].removeprefix("v1,")
    raw = base64.b64decode(mac)
    wrong = (
        mac,  # no version
        "v2," + mac,
        "v1," + mac[:-4],
        "v1," + base64.b64encode(raw[:16]).decode(),
        "v1," + base64.b64encode(bytes(32)).decode(),
        "v1,",
        ",",
        "v1,Ä" + mac,
        "v1," + raw.hex(),
        " " * 50,
        "v1," * 5_000,
    )
    return {**headers, "webhook-signature": DICE.choice(wrong)}, BODY


def odd_time(secret: str) -> tuple[dict[str, str], bytes]:
    headers = sign([secret], "m1", AT, BODY)
    seconds = headers["webhook-timestamp"]
    wrong = (
        f"{seconds}.0",
        f" {seconds}",
        f"+{seconds}",
        "-1",
        "NaN",
        "inf",
        "9" * 12,
        "9" * 400,
        "١",
        "0x10",
    )
    return {**headers, "webhook-timestamp": DICE.choice(wrong)}, BODY


BREACHES: tuple[Callable[[str], tuple[dict[str, str], bytes]], ...] = (
    forged, expired, altered, renamed, shifted, stripped, misspelt, odd_time,
)  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES, ids=lambda b: b.__name__)
def test_a_hundred_and_twenty_five_of_each_breach_are_refused(breach: Callable) -> None:
    """1,000 in all, none accepted; and the untouched message is, so that the check can fail."""
    secret = new_secret()
    assert verify([secret], sign([secret], "m1", AT, BODY), BODY, AT) == "m1"
    for _ in range(125):
        headers, body = breach(secret)
        with pytest.raises(DomainError) as refused:
            verify([secret], headers, body, AT)
        assert refused.value.code in {"signature_missing", "signature_invalid", "message_expired"}


def test_without_a_live_key_nothing_is_accepted() -> None:
    with pytest.raises(DomainError, match="signature_invalid"):
        verify([], sign([new_secret()], "m1", AT, BODY), BODY, AT)
    with pytest.raises(ValueError, match="nothing to sign with"):
        sign([], "m1", AT, BODY)


def test_a_body_that_is_no_text_is_refused_and_no_error() -> None:
    secret = new_secret()
    with pytest.raises(DomainError, match="signature_invalid"):
        verify([secret], sign([secret], "m1", AT, b"{}"), b"\xff\xfe{}", AT)
