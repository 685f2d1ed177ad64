"""Checks of docs/partners.md, sections 2 to 6: what the insurer serves."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jwcrypto.jwk import JWK

from kernel.ids import uuid7
from linggong.commands.partner.peer import LARGEST, Reply
from linggong.commands.partner.run import Failed, Run, Skipped, check, fitting, refused, wants

WRONG_SECRET = "whsec_" + base64.b64encode(b"a key that nobody agreed upon.").decode()
LATE = timedelta(minutes=6)
AT_ONCE = 6


@check("ping answers with contract 1 and the time", "4")
def ping(run: Run) -> str:
    reply = run.peer.get("/ping")
    wants(reply.status == 200, f"expected 200, got {reply}")
    told = reply.members
    wants(told.get("contract") == "1", f"contract: expected '1', got {told.get('contract')!r}")
    try:
        off = datetime.now(UTC) - datetime.fromisoformat(str(told.get("time")))
    except (TypeError, ValueError):
        raise Failed("time: not a moment with Z") from None
    wants(
        abs(off) < timedelta(minutes=5), f"time: {abs(off.total_seconds()):.0f} s off; nothing would verify"
    )
    return f"insurer {told.get('insurer', '')}"


# ---------------------------------------------------------------------------------------------- binding


@check("a bind is answered: issued, or pending and later issued", "4")
def bind_good(run: Run) -> str:
    _, answer = run.issued()
    return f"certificate {answer['certificate_number']}"


@check("the certificate is the PDF whose SHA-256 was announced", "4")
def certificate(run: Run) -> str:
    body = run.peer.bind()
    first = run.peer.post("/policies", body)
    answer = run.settled(first, body)
    wants(answer["state"] == "issued", f"expected issued, got {answer['state']}")
    pdf = run.certificate(answer)
    if inline := first.members.get("certificate"):
        wants(inline == base64.b64encode(pdf).decode(), "the certificate in the answer is another one")
    return f"{len(pdf):,} bytes"


@check("the same bind again gives the same certificate", "4")
def repeat(run: Run) -> None:
    body, answer = run.issued()
    again = run.bind({**body, "insured": run.peer.insured(body["policy_id"])})
    wants(
        again.get("certificate_number") == answer["certificate_number"],
        "sold twice: another certificate number for the same policy_id",
    )


@check("six equal binds at the same moment sell one policy", "4")
def at_once(run: Run) -> None:
    body = run.peer.bind()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        replies = list(threads.map(lambda _: run.peer.post("/policies", body), range(AT_ONCE)))
    numbers = {str(run.settled(reply, body).get("certificate_number")) for reply in replies}
    wants(len(numbers) == 1, f"sold {len(numbers)} times")


@check("a known policy_id with another premium is 409", "4")
def other_terms(run: Run) -> None:
    body, answer = run.issued()
    changed = {**body, "premium_fen": body["premium_fen"] + 1}
    refused(run.peer.post("/policies", changed), 409, "policy_reused")
    wants(run.now(body["policy_id"], body) | answer == answer, "the refused bind changed the policy")


@check("a known policy_id with another person is 409", "6")
def other_person(run: Run) -> None:
    body, _ = run.issued()
    changed = {**body, "insured": run.peer.insured(body["policy_id"], serial=2)}
    refused(run.peer.post("/policies", changed), 409, "policy_reused")


@check("two policies have two certificate numbers", "4")
def numbers_differ(run: Run) -> None:
    run.issued()
    run.issued()


@check("members that it does not know are ignored", "1")
def unknown_members(run: Run) -> None:
    run.issued(a_member_of_a_later_version={"any": "thing"})


# -------------------------------------------------------------------------------------------- signatures


@check("an unsigned request is 401 signature_missing", "3")
def unsigned(run: Run) -> None:
    message = run.peer.message("POST", "/policies", run.peer.bind())
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        headers = {key: value for key, value in message.headers.items() if key != name}
        refused(run.peer.send(replace(message, headers=headers)), 401, "signature_missing")


@check("a forged signature is 401 signature_invalid, and sells nothing", "3")
def forged(run: Run) -> None:
    body = run.peer.bind()
    refused(run.peer.post("/policies", body, secrets=[WRONG_SECRET]), 401, "signature_invalid")
    refused(run.peer.get(f"/policies/{body['policy_id']}"), 404, "policy_unknown")


@check("an altered body is 401 signature_invalid", "3")
def altered(run: Run) -> None:
    message = run.peer.message("POST", "/policies", run.peer.bind())
    body = message.body.replace(b'"days": 1', b'"days": 2') + b" "
    refused(run.peer.send(replace(message, body=body)), 401, "signature_invalid")


@check("a timestamp six minutes old, or ahead, is 401 message_expired", "3")
def expired(run: Run) -> None:
    for shift in (-LATE, LATE):
        reply = run.peer.post("/policies", run.peer.bind(), shift=shift)
        refused(reply, 401, "message_expired")


@check("the very same message again sells nothing twice", "3")
def replayed(run: Run) -> None:
    body = run.peer.bind()
    message = run.peer.message("POST", "/policies", body)
    first = run.settled(run.peer.send(message), body)
    second = run.settled(run.peer.send(message), body)
    wants(
        first.get("certificate_number") == second.get("certificate_number"),
        "a replayed message made another certificate",
    )


@check("a message sent to another address does nothing there", "4")
def redirected(run: Run) -> None:
    body, _ = run.issued()
    message = run.peer.message("POST", "/policies", body)
    reply = run.peer.send(replace(message, path=f"/policies/{body['policy_id']}/cancel"))
    wants(400 <= reply.status < 500, f"a bind posted to /cancel: expected 4xx, got {reply}")
    state = run.now(body["policy_id"], body)["state"]
    wants(state == "issued", f"a bind posted to /cancel left the policy {state}")


@check("the signature of a GET covers its address", "3")
def get_address(run: Run) -> None:
    body, _ = run.issued()
    message = run.peer.message("GET", f"/policies/{body['policy_id']}")
    moved = replace(message, path=f"/policies/{body['policy_id']}/certificate")
    refused(run.peer.send(moved), 401, "signature_invalid")
    unsigned_get = run.peer.send(replace(message, headers={}))
    refused(unsigned_get, 401, "signature_missing")


@check("a known webhook-id with another body is 409 message_reused", "3")
def message_reused(run: Run) -> None:
    message_id = f"msg_{uuid7().hex}"
    first = run.peer.post("/policies", run.peer.bind(), message_id=message_id)
    wants(first.status in {200, 202}, f"expected 200 or 202, got {first}")
    refused(run.peer.post("/policies", run.peer.bind(), message_id=message_id), 409, "message_reused")


@check("one right signature among several suffices", "3")
def several_signatures(run: Run) -> None:
    message = run.peer.message("GET", "/ping")
    right = message.headers["webhook-signature"]
    wrong = run.peer.message("GET", "/ping", secrets=[WRONG_SECRET]).headers["webhook-signature"]
    for several in (f"{wrong} {right}", f"{right} {wrong}", f"v2,AAAA {right}"):
        reply = run.peer.send(replace(message, headers={**message.headers, "webhook-signature": several}))
        wants(reply.status == 200, f"expected 200, got {reply}")


@check("both live keys are taken during a rotation", "3")
def two_keys(run: Run) -> None:
    if not run.options.old_secret:
        raise Skipped("needs --old-secret, the other live call key")
    new, old = run.options.secret, run.options.old_secret
    for name, keys in (("the newer", [new]), ("the older", [old]), ("both", [new, old])):
        reply = run.peer.get("/ping", secrets=keys)
        wants(reply.status == 200, f"signed with {name}: expected 200, got {reply}")


# ------------------------------------------------------------------------------------------------ asking


@check("GET tells how a policy stands", "4")
def poll(run: Run) -> None:
    body, answer = run.issued()
    now = run.now(body["policy_id"], body)
    for name in ("state", "certificate_number", "certificate_sha256", "premium_fen"):
        wants(now.get(name) == answer[name], f"{name}: bind said {answer[name]}, GET says {now.get(name)}")


@check("GET of a policy never seen is 404 policy_unknown", "4")
def poll_unknown(run: Run) -> None:
    refused(run.peer.get(f"/policies/{uuid7()}"), 404, "policy_unknown")


# -------------------------------------------------------------------------------------------- amendments


@check("a further day gives a new certificate for the new premium", "4")
def amend_day(run: Run) -> None:
    body, answer = run.issued()
    _amended(run, body, answer, run.peer.amend(body["policy_id"]))


@check("another worker gives a new certificate", "4")
def amend_worker(run: Run) -> None:
    body, answer = run.issued()
    amendment = run.peer.amend(
        body["policy_id"],
        change="worker_replaced",
        days=body["days"],
        premium_fen=body["premium_fen"],
        insured=run.peer.insured(body["policy_id"], serial=3),
    )
    _amended(run, body, answer, amendment)


def _amended(run: Run, body: dict[str, Any], before: dict[str, Any], amendment: dict[str, Any]) -> None:
    path = f"/policies/{body['policy_id']}/amend"
    after = run.settled(run.peer.post(path, amendment), amendment)
    wants(after["state"] == "issued", f"expected issued, got {after['state']} {after.get('reason', '')}")
    wants(after["certificate_sha256"] != before["certificate_sha256"], "the certificate is still the old one")
    run.certificate(after)
    again = run.settled(run.peer.post(path, amendment), amendment)
    wants(again.get("certificate_number") == after["certificate_number"], "amended twice by one amendment_id")
    changed = {**amendment, "premium_fen": amendment["premium_fen"] + 1}
    refused(run.peer.post(path, changed), 409, "amendment_reused")


@check("an amendment of a policy never seen is 404", "4")
def amend_unknown(run: Run) -> None:
    policy_id = str(uuid7())
    reply = run.peer.post(f"/policies/{policy_id}/amend", run.peer.amend(policy_id))
    refused(reply, 404, "policy_unknown")


# --------------------------------------------------------------------------------------------- cancelling


def cancelled(run: Run, policy_id: str) -> int:
    """Cancels and returns the refund in fen."""
    body = run.peer.cancel(policy_id)
    reply = run.peer.post(f"/policies/{policy_id}/cancel", body)
    wants(reply.status == 200, f"cancel: expected 200, got {reply}")
    answer = fitting(reply, body)
    wants(answer["state"] == "cancelled", f"cancel: expected cancelled, got {answer['state']}")
    return int(answer["refund_fen"])


@check("a cancel before the start gives all premium back, and the policy is cancelled", "4")
def cancel(run: Run) -> str:
    body, _ = run.issued()
    refund = cancelled(run, body["policy_id"])
    wants(refund == body["premium_fen"], f"refund_fen: paid {body['premium_fen']}, back {refund}")
    state = run.now(body["policy_id"], body)["state"]
    wants(state == "cancelled", f"GET afterwards says {state}")
    return f"{refund} fen"


@check("the same cancel again gives the same refund", "4")
def cancel_again(run: Run) -> None:
    body, _ = run.issued()
    refunds = [cancelled(run, body["policy_id"]) for _ in range(2)]
    wants(refunds[0] == refunds[1], f"first {refunds[0]}, then {refunds[1]}")


@check("a cancel of a policy never seen is 200 with no refund", "4")
def cancel_unknown(run: Run) -> None:
    refund = cancelled(run, str(uuid7()))
    wants(refund == 0, f"refund_fen: expected 0, got {refund}")


@check("a bind that comes after its cancel is refused", "4")
def bind_after_cancel(run: Run) -> None:
    body = run.peer.bind()
    cancelled(run, body["policy_id"])
    answer = run.bind(body)
    told = (answer["state"], answer.get("reason"))
    wants(told == ("refused", "cancelled"), f"expected refused, reason cancelled, got {told[0]}")


@check("a cancelled policy does not come back: not by a bind, not by an amendment", "4")
def cancelled_stays(run: Run) -> None:
    body, _ = run.issued()
    cancelled(run, body["policy_id"])
    state = run.bind(body)["state"]
    wants(state == "cancelled", f"the same bind again: expected cancelled, got {state}")
    reply = run.peer.post(f"/policies/{body['policy_id']}/amend", run.peer.amend(body["policy_id"]))
    refused(reply, 409, "state_conflict")


# ------------------------------------------------------------------------------------------ what is wrong


@check("what is not JSON is 400 json_invalid", "2")
def not_json(run: Run) -> None:
    for body in (b"{", b"[]", b'"text"'):
        refused(run.peer.post("/policies", body), 400, "json_invalid")


@check("a missing member is 422 field_invalid", "2")
def missing_member(run: Run) -> None:
    for name in ("policy_id", "premium_fen", "insured", "on"):
        body = {key: value for key, value in run.peer.bind().items() if key != name}
        refused(run.peer.post("/policies", body), 422, "field_invalid")


@check("a member of the wrong type or county is 422 field_invalid", "2")
def wrong_member(run: Run) -> None:
    premium = run.peer.bind()["premium_fen"]
    for wrong in (
        {"premium_fen": str(premium)}, {"premium_fen": premium + 0.5}, {"premium_fen": -premium},
        {"days": 0}, {"on": "tomorrow"}, {"county": "elsewhere"}, {"type": "policy.cancel"},
    ):  # fmt: skip
        reply = run.peer.post("/policies", run.peer.bind(**wrong))
        wants((reply.status, reply.code) == (422, "field_invalid"), f"{wrong}: expected 422, got {reply}")


@check("a person encrypted for another policy is 422 field_invalid", "6")
def moved_person(run: Run) -> None:
    refused(
        run.peer.post("/policies", run.peer.bind(insured=run.peer.insured(str(uuid7())))),
        422,
        "field_invalid",
    )


@check("a person encrypted to another key, or not at all, is 422 field_invalid", "6")
def unreadable_person(run: Run) -> None:
    policy_id = str(uuid7())
    stranger = JWK.generate(kty="EC", crv="P-256")
    plain = json.dumps({"policy_id": policy_id, "name": "测试", "id_number": "0" * 18})
    for insured in (run.peer.insured(policy_id, key=stranger), plain, "a.b.c.d.e"):
        refused(run.peer.post("/policies", run.peer.bind(policy_id, insured=insured)), 422, "field_invalid")


@check("a body of more than 1,000,000 bytes is 413", "2")
def oversized(run: Run) -> None:
    body = run.peer.bind(padding="x" * LARGEST)
    refused(run.peer.post("/policies", body), 413, "body_too_large")


@check("an address that it does not have is 404 route_unknown", "2")
def unknown_route(run: Run) -> None:
    refused(run.peer.get("/no-such-address"), 404, "route_unknown")


@check("errors are problem+json", "2")
def problems(run: Run) -> None:
    wrong: tuple[Callable[[], Reply], ...] = (
        lambda: run.peer.get(f"/policies/{uuid7()}"),
        lambda: run.peer.post("/policies", b"{"),
        lambda: run.peer.get("/ping", secrets=[WRONG_SECRET]),
    )
    for ask in wrong:
        reply = ask()
        kind = reply.headers.get("content-type", "").partition(";")[0]
        wants(kind == "application/problem+json", f"{reply.status}: content type {kind or 'missing'}")
        lacks = {"type", "title", "status", "code"} - set(reply.members)
        wants(not lacks, f"{reply}: lacks {', '.join(sorted(lacks))}")
        wants(
            reply.members["status"] == reply.status, f"status: {reply.members['status']} in a {reply.status}"
        )
