"""docs/partners.md: its worked example, its JSON, and every snippet, run as a reader would run them."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from linggong.commands.partner import CHECKS, Options
from linggong.commands.partner.door import Door
from linggong.commands.partner.peer import Peer
from tests.harness.insurer import ReferenceInsurer
from tests.harness.servers import CHECKOUT
from tests.partners.setting import CALL, COUNTY, INBOUND, OLD, options

FILE = CHECKOUT / "docs" / "partners.md"
TEXT = FILE.read_text(encoding="utf-8")
SNIPPETS = dict(re.findall(r"<!-- verified: (\S+) -->\n```\w+\n(.*?)```", TEXT, re.DOTALL))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in SNIPPETS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def peer(insurer: ReferenceInsurer) -> Iterator[Peer]:
    peer = Peer(options(insurer))
    yield peer
    peer.close()


def snippet(folder: Path, name: str) -> dict[str, Any]:
    return runpy.run_path(str(folder / name))


def bash(folder: Path, name: str, **env: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", name],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_snippet_is_run_here() -> None:
    """Code that nobody runs is a promise that nobody keeps. The call of the check is in test_check."""
    assert set(SNIPPETS) == {
        "key.py", "me.sh", "verify.py", "Verify.java", "person.py", "ask.sh", "tell.py",
    }  # fmt: skip
    blocks = len(re.findall(r"^```(?:python|bash|java)$", TEXT, re.MULTILINE))
    assert blocks == len(SNIPPETS) + 1
    assert f"each of {len(CHECKS)} promises" in TEXT


def test_json_examples_are_json() -> None:
    examples = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert len(examples) >= 6
    for example in examples:
        assert isinstance(json.loads(example.replace("<policy_id or claim_id>", "x")), dict)


def test_the_examples_are_what_we_send(peer: Peer) -> None:
    """Members of the documented bodies and of those that the check sends are the same."""
    bodies = [json.loads(found) for found in re.findall(r"```json\n(\{\n.*?)```", TEXT, re.DOTALL)]
    by_type = {body["type"]: body for body in bodies if "type" in body}
    assert set(by_type["policy.bind"]) == set(peer.bind())
    amend = peer.amend("x", insured="")
    assert set(by_type["policy.amend"]) == set(amend)
    assert set(by_type["policy.cancel"]) == set(peer.cancel("x"))
    assert set(by_type["cn.linggong.policy.started.v1"]) == set(peer.told("x", "started", 1))


WORKED = re.compile(r"webhook-id  (\S+)\n(?:body|content) +(.*)\nsignature   (\S+)")
KEY = "whsec_bGluZ2dvbmctZXhhbXBsZS1zZWNyZXQtMzItYnl0ZXM="
AT = 1796083200


def test_the_worked_example_verifies(folder: Path) -> None:
    verify = snippet(folder, "verify.py")["verify"]
    examples = WORKED.findall(TEXT)
    assert len(examples) == 2
    assert KEY in TEXT
    for message_id, content, signature in examples:
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(AT),
            "webhook-signature": signature,
        }
        assert verify([OLD, KEY], headers, content.encode(), now=AT) == message_id
        with pytest.raises(PermissionError, match="signature_invalid"):
            verify([KEY], headers, content.encode() + b" ", now=AT)
        with pytest.raises(PermissionError, match="signature_invalid"):
            verify([OLD], headers, content.encode(), now=AT)
        with pytest.raises(PermissionError, match="message_expired"):
            verify([KEY], headers, content.encode(), now=AT + 301)
        with pytest.raises(PermissionError, match="signature_missing"):
            verify([KEY], {"webhook-id": message_id}, content.encode(), now=AT)


def test_the_python_snippet_believes_our_messages(folder: Path, peer: Peer) -> None:
    verify = snippet(folder, "verify.py")["verify"]
    message = peer.message("POST", "/policies", peer.bind(), secrets=[CALL, OLD])
    for keys in ([CALL], [OLD], [INBOUND, OLD]):
        assert verify(keys, message.headers, message.body) == message.headers["webhook-id"]


@pytest.mark.skipif(shutil.which("javac") is None, reason="no JDK here")
def test_the_java_snippet_agrees(folder: Path) -> None:
    (folder / "Try.java").write_text(
        """
        import java.nio.charset.StandardCharsets;
        import java.util.List;

        final class Try {
            public static void main(String[] a) throws Exception {
                byte[] content = a[4].getBytes(StandardCharsets.UTF_8);
                System.out.print(Verify.verify(List.of(a[0].split(",")), a[1], a[2], a[3], content,
                        Long.parseLong(a[5])));
            }
        }
        """
    )
    subprocess.run(["javac", "-encoding", "UTF-8", "Verify.java", "Try.java"], cwd=folder, check=True)

    def java(key: str, message_id: str, signature: str, content: str, now: int) -> str:
        argv = ["java", "-cp", ".", "Try", key, message_id, str(AT), signature, content, str(now)]
        return subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True).stdout

    for message_id, content, signature in WORKED.findall(TEXT):
        assert java(f"{OLD},{KEY}", message_id, f"v1,AAAA {signature}", content, AT) == "true"
        assert java(KEY, message_id, signature, content + " ", AT) == "false"
        assert java(KEY, message_id, signature, content, AT + 301) == "false"


def test_keys_and_persons(folder: Path, insurer: ReferenceInsurer) -> None:
    subprocess.run([sys.executable, "key.py"], cwd=folder, check=True, capture_output=True)
    private, public = ((folder / f"insurer-{half}.json") for half in ("private", "public"))
    assert private.stat().st_mode & 0o077 == 0
    key = JWK.from_json(public.read_text())
    assert not key.has_private
    peer = Peer(replace(options(insurer), key=key))
    body = peer.bind()
    person = snippet(folder, "person.py")["person"]
    assert person(private.read_text(), body)["name"] == "测试甲"
    with pytest.raises(ValueError, match="another policy"):
        person(private.read_text(), {**body, "policy_id": peer.bind()["policy_id"]})
    peer.close()


def test_ping_with_curl(folder: Path, insurer: ReferenceInsurer) -> None:
    told = json.loads(bash(folder, "ask.sh", BASE_URL=insurer.base_url(COUNTY), CALL_KEY=CALL))
    assert told["insurer"] == "minjiang"


@pytest.fixture
def door(insurer: ReferenceInsurer, unused_port: int) -> Iterator[Door]:
    known: Options = options(insurer, door_port=unused_port, inbound_secret=INBOUND)
    door = Door(known)
    yield door
    door.close()


def test_tell_with_the_standard_library(folder: Path, door: Door) -> None:
    import urllib.error

    told = snippet(folder, "tell.py")
    bearer = told["token"](door.address, "check", "check")
    message = {"type": "policy.refused", "subject": "p", "time": "x", "data": {"reason": "sum_exceeded"}}
    with pytest.raises(urllib.error.HTTPError, match="503"):
        told["tell"](door.address, COUNTY, bearer, INBOUND, "evt_1", message)
    assert told["tell"](door.address, COUNTY, bearer, INBOUND, "evt_1", message) == 200
    assert [(one.signed, one.body) for one in door.wait_for("p", 1.0)] == [(True, message)] * 2
    with pytest.raises(urllib.error.HTTPError, match="401"):
        told["tell"](door.address, COUNTY, "no token", INBOUND, "evt_2", message)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        told["token"](door.address, "check", "wrong")


def test_the_readme_of_the_reference_insurer_works_as_written(tmp_path: Path, unused_port: int) -> None:
    """Its two blocks after the first, but for port and folders; the check runs again where it says so."""
    readme = (CHECKOUT / "examples/reference_insurer/README.md").read_text(encoding="utf-8")
    start, use = (
        re.sub(
            r"(?<![\w/])(connections\.json|insurer\.sqlite|insurer-public\.json)", rf"{tmp_path}/\1", block
        )
        .replace("8900", str(unused_port))
        .replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        for block in re.findall(r"```bash\n(.*?)```", readme, re.DOTALL)[1:]
    )
    check = re.search(r"^\S*linggong partner check (?:.*\\\n)*.*$", use, re.MULTILINE)
    assert check is not None
    again = use.replace("# now run the check again\n", f"\n{check[0]} || echo exit $?\n")
    assert again != use
    script = f"""
        {start.rstrip()} > {tmp_path}/told &
        trap 'kill %1' EXIT
        until [ -s {tmp_path}/told ]; do kill -0 %1; sleep 0.1; done
        {again}
    """
    argv = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    good, broken = (int(found) for found in re.findall(r"(\d+) failed", done.stdout))
    assert good == 0 < broken
    assert "exit 1" in done.stdout
    assert '"policies": [{"county": "jiangle"' in done.stdout
