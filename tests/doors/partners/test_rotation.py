"""Keys rotate while messages come in: no valid one is refused, no retired key opens anything."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Lock

from django.db import connections

from tenants.county import run_in_county
from tests.doors.partners.machine import Machine
from tests.doors.partners.world import a_claim, about
from tests.doors.rest import check_problem
from webhooks.keys import live_secrets
from webhooks.states import Direction

SENDERS, ROTATIONS = 4, 12


def test_rotation_under_load_refuses_no_valid_message(machine):
    """Every sender takes over a new key some messages later than it was made, as real ones do: it signs
    with the key that was current when it last looked, one rotation ago at most."""
    claims = [a_claim(machine.county, machine.insurer) for _ in range(SENDERS)]
    known, lock, done = [machine.secrets[0]], Lock(), Event()
    refused, sent = Counter[str](), Counter[str]()

    def send(number: int) -> None:
        count = 0
        try:
            while not done.is_set() or count < 10:
                with lock:  # the key of now, or the one before it
                    secret = known[max(0, len(known) - 1 - count % 2)]
                    answer = _acknowledge(replace(machine, secrets=[secret]), claims[number], count)
                count += 1
                if answer.status != 200:
                    refused[answer.code] += 1
            sent[str(number)] = count
        finally:
            connections.close_all()

    def send_both(number: int) -> None:
        """As the contract has it: signed with both keys, unlocked, in the middle of rotations."""
        count = 0
        try:
            while not done.is_set() or count < 10:
                secrets = known[-2:]
                answer = _acknowledge(replace(machine, secrets=secrets), claims[number], count)
                count += 1
                if answer.status != 200:
                    refused[answer.code] += 1
            sent[str(number)] = count
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SENDERS) as pool:
        senders = [pool.submit(send if n % 2 else send_both, n) for n in range(SENDERS)]
        try:
            for _ in range(ROTATIONS):
                with lock:
                    current = replace(machine, secrets=[known[-1]])
                    known.append(current.must("keys/rotate", {"type": "key.rotate"})["secret"])
        finally:
            done.set()
        for sender in senders:
            sender.result()
    assert refused == Counter()
    assert min(sent.values()) >= 10
    with run_in_county(machine.county):
        assert live_secrets(machine.insurer, Direction.IN) == known[:-3:-1]
    for old in known[:-2]:
        check_problem(_acknowledge(replace(machine, secrets=[old]), claims[0], 0), 401, "signature_invalid")


def _acknowledge(machine: Machine, claim, count: int):
    return machine.signed("webhooks", about("claim.acknowledged", claim, {"reference": f"CL-{count}"}))
