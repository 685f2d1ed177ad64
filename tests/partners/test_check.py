"""`linggong partner check`: a good insurer passes, and each breach of the contract is found by its check."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from examples.reference_insurer.faults import BREACHES
from linggong.commands.partner import CHECKS, check_partner
from tests.harness.insurer import ReferenceInsurer
from tests.harness.servers import CHECKOUT
from tests.partners.setting import CALL, COUNTY, INBOUND, options

# Every breach, how it is switched on, and a check that must find it.
FOUND_BY: dict[str, tuple[object, str]] = {
    "change_premium": (100, "bind_good"),
    "wrong_hash": (True, "certificate"),
    "not_pdf": (True, "certificate"),
    "same_number": (True, "numbers_differ"),
    "sell_twice": (True, "repeat"),
    "reuse_accepted": (True, "other_terms"),
    "forged_accepted": (True, "forged"),
    "expired_accepted": (True, "expired"),
    "path_unsigned": (True, "get_address"),
    "message_reuse_accepted": (True, "message_reused"),
    "person_unchecked": (True, "moved_person"),
    "unlimited": (True, "oversized"),
    "plain_errors": (True, "problems"),
    "loose": (True, "wrong_member"),
    "unknown_invented": (True, "poll_unknown"),
    "cancel_forgotten": (True, "cancel"),
    "cancel_short": (True, "cancel"),
    "cancel_unremembered": (True, "bind_after_cancel"),
    "amend_forgotten": (True, "amend_day"),
    "one_key": (True, "two_keys"),
    "events_unverified": (True, "event_forged"),
    "events_unordered": (True, "event_order"),
    "events_unwaiting": (True, "event_gap"),
    "events_reuse_accepted": (True, "event_duplicate"),
}
LATE_BREACHES = {"late_unsigned", "late_lost"}  # below, where there is a door


def failures(insurer: ReferenceInsurer, **changes: object) -> dict[str, str]:
    """Check -> remark of those that failed."""
    return {
        one.slug: one.remark for one in check_partner(options(insurer, **changes)) if one.state == "FAILED"
    }


def test_a_good_insurer_passes_every_check(insurer: ReferenceInsurer) -> None:
    outcomes = check_partner(options(insurer))
    assert {one.slug: one.remark for one in outcomes if one.state == "FAILED"} == {}
    assert [one.slug for one in outcomes if one.state == "skipped"] == ["late_answer"]
    assert len(outcomes) == len(CHECKS) >= 40


def test_every_breach_has_a_check() -> None:
    assert set(BREACHES) == set(FOUND_BY) | LATE_BREACHES


@pytest.mark.parametrize("breach", sorted(FOUND_BY))
def test_a_breach_is_found(insurer: ReferenceInsurer, breach: str) -> None:
    value, finder = FOUND_BY[breach]
    insurer.fault(**{breach: value})
    found = failures(insurer)
    assert finder in found
    assert found[finder]


@pytest.mark.parametrize(
    ("faults", "finder"),
    [
        ({"slow_ms": 700}, "ping"),
        ({"down": True}, "ping"),
        ({"unavailable": True}, "ping"),
        ({"answer_lost": True}, "ping"),
        ({"refuse": "sum_exceeded"}, "bind_good"),
        ({"pending": True, "hold": True}, "bind_good"),
    ],
    ids=lambda given: "-".join(given) if isinstance(given, dict) else given,
)
def test_a_misfortune_is_told(insurer: ReferenceInsurer, faults: dict[str, object], finder: str) -> None:
    insurer.fault(**faults)
    assert finder in failures(insurer, timeout_seconds=0.5, patience_seconds=0.3)


def test_nobody_there_stops_at_the_first_check(insurer: ReferenceInsurer) -> None:
    outcomes = check_partner(options(insurer, url="http://127.0.0.1:9"))
    assert [one.state for one in outcomes] == ["FAILED"] + ["skipped"] * (len(CHECKS) - 1)


# ------------------------------------------------------------------------------------------- with a door


@pytest.fixture
def with_door(insurer: ReferenceInsurer, unused_port: int) -> dict[str, object]:
    """Options with our door, which the insurer knows; it answers late."""
    door = f"http://127.0.0.1:{unused_port}"
    insurer.connect(
        COUNTY,
        partners_url=f"{door}/partners/v1/{COUNTY}",
        token_url=f"{door}/o/token/",
        client_id="check",
        client_secret="check",
    )
    insurer.fault(pending=True, pending_ms=20)
    return {"door_port": unused_port, "inbound_secret": INBOUND}


def test_late_answers_are_checked_at_our_door(
    insurer: ReferenceInsurer, with_door: dict[str, object]
) -> None:
    outcomes = {one.slug: one for one in check_partner(options(insurer, **with_door))}
    assert outcomes["late_answer"].state == "ok", outcomes["late_answer"].remark
    assert not [one for one in outcomes.values() if one.state == "FAILED"]


@pytest.mark.parametrize("breach", sorted(LATE_BREACHES))
def test_a_breach_at_our_door_is_found(
    insurer: ReferenceInsurer, with_door: dict[str, object], breach: str
) -> None:
    insurer.fault(**{breach: True})
    assert "late_answer" in failures(insurer, **with_door, patience_seconds=1.0)


@pytest.mark.parametrize("faults", [{"duplicate": True}, {"reorder": True}])
def test_what_the_contract_allows_is_no_failure(
    insurer: ReferenceInsurer, with_door: dict[str, object], faults: dict[str, object]
) -> None:
    insurer.fault(**faults)
    assert failures(insurer, **with_door) == {}


# --------------------------------------------------------------------------------------- the command line


def test_the_command_prints_a_table_and_tells_by_its_exit_code(
    insurer: ReferenceInsurer, tmp_path: Path
) -> None:
    key = tmp_path / "key.json"
    key.write_text(json.dumps(insurer.public_key))

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "linggong.cli", "partner", "check", insurer.base_url(COUNTY)]
        argv += ["--secret", CALL, "--key", str(key), *more]
        return subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    good = run()
    assert good.returncode == 0, good.stdout
    assert "0 failed" in good.stdout
    insurer.fault(same_number=True)
    bad = run("--term", "premium_fen=500")
    assert bad.returncode == 1
    assert "FAILED" in bad.stdout
    assert "two policies with number" in " ".join(bad.stdout.split())
    assert run("--events", "http://127.0.0.1:9/events").returncode == 2
    assert run("--term", "premium_fen").returncode == 2


def test_a_private_key_is_not_taken(insurer: ReferenceInsurer, tmp_path: Path) -> None:
    from jwcrypto.jwk import JWK

    from linggong.commands.partner.peer import read_key

    key = tmp_path / "key.json"
    made = JWK.generate(kty="EC", crv="P-256")
    key.write_text(made.export_private())
    with pytest.raises(ValueError, match="public"):
        read_key(key)
    for broken in ("", "{}", "[1]", "no json", JWK.generate(kty="OKP", crv="X25519").export_public()):
        key.write_text(broken)
        with pytest.raises(ValueError, match="JWK"):
            read_key(key)
    key.write_text(made.export_public())
    assert read_key(key).thumbprint() == made.thumbprint()
