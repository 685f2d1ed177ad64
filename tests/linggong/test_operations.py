"""What an operator does: keys, dead letters, figures, ledgers, first administrators, health."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings
from typer import BadParameter

from compliance.people.models import Worker
from compliance.people.use_cases.register_worker import register_worker
from compliance.people.vault import WORKER
from kernel.actor import Actor, Channel
from kernel.crypto import KeyMismatch, generate_keys, open_sealed
from kernel.ids import uuid7
from kernel.models import OutboxMessage
from linggong import preflight
from linggong.commands import documents, figures, keys, outbox, staff, verify
from linggong.settings import base
from tenants.county import CountyRef, run_in_county
from tenants.identity.use_cases.ensure_user import ensure_user
from tenants.models import SiteFact


@pytest.fixture
def worker(counties: dict[str, CountyRef]) -> Worker:
    """A registered person in the sandbox county."""
    actor = Actor(uuid7(), frozenset({"people:register", "act_for"}), frozenset(), Channel.HALL)
    with run_in_county(counties["sandbox"]) as work:
        view = register_worker(
            actor=actor,
            name="王𠮷·明",
            id_number=_fresh_id_number(),
            phone="13812345678",
            consent_version="1",
            now=work.now,
        )
        return Worker.objects.get(id=view.id)


_serial = iter(range(100, 999))


def _fresh_id_number() -> str:
    body = f"35040219800101{next(_serial)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def test_keys_rotate_while_the_site_runs(
    worker: Worker,
    counties: dict[str, CountyRef],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ring = Path(base.env.text("LINGGONG_KEYS_FILE"))
    own = tmp_path / "keys.json"
    own.write_text(ring.read_text())
    monkeypatch.setenv("LINGGONG_KEYS_FILE", str(own))
    ensure_user(phone="13811112222", now=worker.registered_at)
    version = keys.rotate()
    assert version == 2
    # In place and for good: from here on this run's data is sealed with the new key, and the shared
    # file has it too, for processes that later tests start.
    settings.LINGGONG_KEYS.clear()
    settings.LINGGONG_KEYS.update(base.read_keys())
    ring.write_text(own.read_text())
    with run_in_county(counties["sandbox"]):
        assert _name(worker) == "王𠮷·明", "old values stay readable beside the new key"
    assert keys.reseal_all() >= 4
    assert keys.reseal_all() == 0, "a second run finds nothing to do"
    with run_in_county(counties["sandbox"]):
        again = Worker.objects.get(id=worker.id)
        assert again.name_sealed.startswith("v2.")
        assert _name(again) == "王𠮷·明"


def _name(row: Worker) -> str:
    return open_sealed(row.name_sealed, scope="c350499", table=WORKER, column="name_sealed", row=row.id)


def test_other_keys_refuse_to_start(counties: dict[str, CountyRef], settings: Settings) -> None:
    preflight.check_keys()
    stored = SiteFact.objects.get(name="key_fingerprint").value
    ring = dict(settings.LINGGONG_KEYS)
    settings.LINGGONG_KEYS = {**ring, "index": generate_keys()["index"]}
    with pytest.raises(KeyMismatch):
        preflight.check_keys()
    assert SiteFact.objects.get(name="key_fingerprint").value == stored


def test_dead_letters_are_shown_and_tried_again(counties: dict[str, CountyRef]) -> None:
    county = counties["qingliu"]
    with run_in_county(county) as work:
        OutboxMessage.objects.all().delete()
        OutboxMessage.objects.create(
            event_id=uuid7(), type="x.v1", subject=uuid7(), data={}, at=work.now, dead=True, attempts=20
        )
    assert outbox.show() == 1
    assert outbox.retry("qingliu") == 1
    with run_in_county(county):
        row = OutboxMessage.objects.get()
        assert (row.dead, row.attempts) == (False, 0)
        row.delete()


def test_figures_and_ledgers_verify(counties: dict[str, CountyRef]) -> None:
    assert figures.check() == 0
    with run_in_county(counties["sandbox"], login="folder"), connections["folder"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.reporting_rollup (county_id, day, trade, town, station, metric, value) "
            "VALUES (%s, '2030-01-01', '', '', '', 'no_shows', 5)",
            [counties["sandbox"].id],
        )
    assert figures.check() == 1
    assert figures.rebuild("sandbox") == 0
    assert figures.check() == 0
    assert verify.verify("sandbox") == 0


def test_first_administrators(counties: dict[str, CountyRef], tmp_path: Path) -> None:
    file = tmp_path / "staff.json"
    staff.add_staff(["county_admin:taining=13800001111", "city_admin=13800001112"], file=file)
    made = json.loads(file.read_text())
    assert [row["role"] for row in made] == ["county_admin:taining", "city_admin"]
    assert all(row["totp"] for row in made)
    assert file.stat().st_mode & 0o077 == 0
    for wrong in ("county_admin:nowhere=13800001113", "emperor=13800001113", "city_admin=12", "city_admin"):
        with pytest.raises(BadParameter):
            staff.add_staff([wrong], file=file)


@pytest.mark.usefixtures("counties")
def test_health() -> None:
    preflight.check_keys()
    assert Client().get("/livez").json() == {"status": "ok"}
    ready = Client().get("/readyz")
    assert ready.status_code == 200, ready.content
    assert set(ready.json()["parts"].values()) == {"ok"}


@pytest.mark.usefixtures("counties")
def test_not_ready_names_the_part_and_no_more(settings: Settings) -> None:
    settings.LINGGONG_CACHE_URL = "redis://127.0.0.1:1/0"
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["cache"] == "failing"
    assert "127.0.0.1" not in answer.content.decode()


def test_logs_are_json_with_ids_and_no_personal_data(counties: dict[str, CountyRef]) -> None:
    written = io.StringIO()
    handler = logging.getLogger().handlers[0]
    catcher = logging.StreamHandler(written)
    catcher.setFormatter(handler.formatter)
    root = logging.getLogger()
    root.addHandler(catcher)
    level = root.level
    root.setLevel("INFO")
    try:
        order = "01a20a00-6ee9-7669-bc30-5c8714e7e6cd"
        Client().get(f"/jiangle/api/v1/orders/{order}?phone=13812345678", headers={"X-Request-ID": "abc-1"})
        logging.getLogger("x").warning("careless", extra={})
    finally:
        root.removeHandler(catcher)
        root.setLevel(level)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    mine = [line for line in lines if line["event"] == "request"]
    assert mine[0]["request_id"] == "abc-1"
    assert mine[0]["order"] == order
    assert mine[0]["status"] == 401
    assert "13812345678" not in written.getvalue()


def test_a_field_with_a_personal_name_is_withheld() -> None:
    from linggong.observability import _drop_private

    event = _drop_private(
        None, "", {"event": "x", "phone": "138", "id_number": "3", "start_code": "1", "n": 1}
    )
    assert event == {
        "event": "x",
        "phone": "[withheld]",
        "id_number": "[withheld]",
        "start_code": "[withheld]",
        "n": 1,
    }


def test_request_ids_from_outside_are_checked() -> None:
    answer = Client().get("/livez", headers={"X-Request-ID": "x" * 65})
    assert len(answer["X-Request-ID"]) == 32


@pytest.mark.parametrize("path", sorted(documents.DOCUMENTS))
def test_documents_are_what_the_code_says(path: str, checkout: Path, counties: dict[str, CountyRef]) -> None:
    written = (checkout / path).read_text(encoding="utf-8")
    assert written == documents.DOCUMENTS[path](), f"{path} is old: run `linggong write docs`"


def test_sample_logins_are_for_sandboxes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from linggong.commands.logins import make_logins

    monkeypatch.setenv("LINGGONG_SANDBOX", "0")
    with pytest.raises(RuntimeError):
        make_logins(tmp_path / "x.json")
