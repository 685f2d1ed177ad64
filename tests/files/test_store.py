"""Files in a county: bytes first, then the row; each county below its own prefix."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from files import storage
from files.contracts import FileKind
from files.deposit import deposit
from files.models import StoredFile
from files.rules import sha256_of
from files.selectors import file_view, file_views, read_file
from files.storage import LocalStorage, key_of
from files.tasks import sweep_orphans
from files.use_cases import record_file, store_file
from kernel.actor import SYSTEM
from kernel.clock import real_now
from kernel.ids import uuid7
from tenants.county import run_in_county
from tests.compliance.people import actor_with, refused
from tests.files import samples
from tests.harness.servers import superuser

PAPER = FileKind.CLAIM_PAPER


def place(key: str) -> Path:
    return Path(settings.LINGGONG_FILES_ROOT) / key


def age(key: str, hours: int) -> None:
    """Makes a file look as old as that."""
    then = (real_now() - timedelta(hours=hours)).timestamp()
    os.utime(place(key), (then, then))


def test_a_file_is_kept_below_its_county_and_read_again(counties):
    actor, content = actor_with("worker"), samples.pdf()
    with run_in_county(counties["jiangle"]) as work:
        view = store_file(kind=PAPER, name="医院发票.pdf", content=content, actor=actor, now=work.now)
        row = StoredFile.objects.get(id=view.id)
        assert read_file(view.id) == content
        assert file_view(view.id) == view == file_views([view.id, uuid7()])[view.id]
    assert (view.name, view.pages, view.size, view.stored_by) == ("医院发票.pdf", 1, len(content), actor.key)
    assert row.key == f"c350428/claim_paper/{view.id}"
    assert "医院" not in row.name_sealed
    assert stat.S_IMODE(place(row.key).stat().st_mode) == 0o600
    assert stat.S_IMODE(place(row.key).parent.stat().st_mode) == 0o700
    with refused("file_not_found"), run_in_county(counties["taining"]):
        read_file(view.id)


def test_a_picture_is_recorded_as_it_is_kept(counties):
    with run_in_county(counties["jiangle"]) as work:
        given = samples.picture("PNG", (64, 32), located=True)
        view = store_file(
            kind=FileKind.CLAIM_PICTURE, name="a.pdf", content=given, actor=SYSTEM, now=work.now
        )
        kept = read_file(view.id)
    assert (view.media_type, {view.width, view.height}) == ("image/jpeg", {64, 32})
    assert view.size == len(kept)
    assert samples.GPS_SECRET not in kept


def test_the_announced_hash_has_to_be_the_contents(counties):
    content = samples.pdf()
    kind = FileKind.CERTIFICATE_PDF
    with run_in_county(counties["jiangle"]) as work:
        store_file(
            kind=kind,
            name="c.pdf",
            content=content,
            expected_sha256=sha256_of(content).upper(),
            actor=SYSTEM,
            now=work.now,
        )
    with refused("file_hash", "sha256"), run_in_county(counties["jiangle"]) as work:
        store_file(
            kind=kind,
            name="c.pdf",
            content=content,
            expected_sha256=sha256_of(content + b"\n"),
            actor=SYSTEM,
            now=work.now,
        )
    with refused("file_hash", "sha256"), run_in_county(counties["jiangle"]) as work:
        store_file(
            kind=kind, name="c.pdf", content=content, expected_sha256="保单", actor=SYSTEM, now=work.now
        )


def test_orphans_are_swept_and_nothing_else(counties):
    county, other = counties["jiangle"], counties["taining"]
    stored = []

    def lose() -> None:
        with run_in_county(county) as work:
            stored.append(
                store_file(kind=PAPER, name="a.pdf", content=samples.pdf(), actor=SYSTEM, now=work.now)
            )
            raise RuntimeError("the transaction is lost")

    with pytest.raises(RuntimeError, match="is lost"):
        lose()
    lost = stored[0]
    with run_in_county(county) as work:
        kept = store_file(kind=PAPER, name="b.pdf", content=samples.pdf(), actor=SYSTEM, now=work.now)
    fresh = deposit(schema=county.schema_name, kind=PAPER, name="c.pdf", content=samples.pdf())
    elsewhere = deposit(schema=other.schema_name, kind=PAPER, name="d.pdf", content=samples.pdf())
    half = place(f"{county.schema_name}/claim_paper/.part-killed")
    half.write_bytes(b"half")
    keys = {
        name: key_of(county.schema_name, PAPER, view.id)
        for name, view in {"lost": lost, "kept": kept}.items()
    }
    for key in (*keys.values(), elsewhere.key, f"{county.schema_name}/claim_paper/.part-killed"):
        age(key, 25)
    age(fresh.key, 23)
    assert sweep_orphans(county) == 1
    assert not place(keys["lost"]).exists()
    assert not half.exists()
    assert place(keys["kept"]).exists()
    assert place(fresh.key).exists()
    assert place(elsewhere.key).exists()
    assert sweep_orphans(county) == 0
    with run_in_county(county) as work:  # what was deposited in time can still be put on record
        assert read_file(record_file(deposited=fresh, actor=SYSTEM, now=work.now).id) == samples.pdf()


def test_bytes_of_one_county_are_not_recorded_in_another(counties):
    laid = deposit(schema=counties["taining"].schema_name, kind=PAPER, name="a.pdf", content=samples.pdf())
    with pytest.raises(ValueError, match="another county"), run_in_county(counties["jiangle"]) as work:
        record_file(deposited=laid, actor=SYSTEM, now=work.now)


def test_altered_or_missing_bytes_are_not_served(counties):
    with run_in_county(counties["jiangle"]) as work:
        view = store_file(kind=PAPER, name="a.pdf", content=samples.pdf(), actor=SYSTEM, now=work.now)
        key = StoredFile.objects.get(id=view.id).key
    changed = bytearray(samples.pdf())
    changed[20] ^= 1
    for content in (bytes(changed), samples.pdf() + b"more"):
        place(key).write_bytes(content)
        with refused("file_damaged"), run_in_county(counties["jiangle"]):
            read_file(view.id)
    place(key).unlink()
    with refused("file_damaged"), run_in_county(counties["jiangle"]):
        read_file(view.id)


def test_one_person_cannot_fill_the_storage(counties, monkeypatch):
    monkeypatch.setattr("files.selectors.DAILY_FILES", 2)
    actor, content = actor_with("worker"), b"a,b\n"
    kind = FileKind.BORDEREAU
    with run_in_county(counties["jiangle"]) as work:
        for _ in range(2):
            store_file(kind=kind, name="a.csv", content=content, actor=actor, now=work.now)
    with refused("file_quota"), run_in_county(counties["jiangle"]) as work:
        store_file(kind=kind, name="a.csv", content=content, actor=actor, now=work.now)
    with run_in_county(counties["jiangle"]) as work:
        store_file(kind=kind, name="a.csv", content=content, actor=actor, now=work.now + timedelta(days=1))
        store_file(kind=kind, name="a.csv", content=content, actor=SYSTEM, now=work.now)


@pytest.mark.parametrize(
    "key",
    [
        "../etc/passwd",
        "c350428/../../etc/passwd",
        "/etc/passwd",
        "c350428/claim_paper/..",
        "c350428//x",
        "c350428/claim_paper/0190a1b2-0000-7000-8000-000000000000/../x",
        "c350428/claim_paper/0190a1b2-0000-7000-8000-000000000000\n",
        "",
    ],
)
def test_no_path_leaves_the_folder(tmp_path, key):
    kept = LocalStorage(tmp_path / "files")
    for act in (
        lambda: kept.put(key, b"x", media_type="a/b"),
        lambda: kept.get(key, max_bytes=9),
        lambda: kept.delete(key),
        lambda: list(kept.keys(key)),
        lambda: kept.tidy(key, before=real_now()),
    ):
        with pytest.raises(ValueError, match="file storage"):
            act()
    assert not (tmp_path / "files").exists()


def test_a_full_or_forbidden_disk_is_a_refusal(tmp_path):
    blocked = tmp_path / "files"
    blocked.write_text("a file where the folder should be")
    with refused("file_storage_unavailable"):
        LocalStorage(blocked).put(key_of("c350428", PAPER, uuid4()), b"x", media_type="a/b")


def test_a_file_is_never_half_written(tmp_path, monkeypatch):
    """The disk fails while the bytes are synced: neither the old content nor a part is left behind."""
    kept = LocalStorage(tmp_path)
    key = key_of("c350428", PAPER, uuid4())
    kept.put(key, b"first", media_type="a/b")

    def fails(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(storage.os, "fsync", fails)
    with refused("file_storage_unavailable"):
        kept.put(key, b"second", media_type="a/b")
    assert kept.get(key, max_bytes=10) == b"first"
    assert [path.name for path in (tmp_path / "c350428" / "claim_paper").iterdir()] == [key.split("/")[-1]]


def test_a_record_is_append_only(counties):
    with psycopg.connect(**superuser(), dbname=connection.settings_dict["NAME"]) as server:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            found = server.execute(
                "SELECT has_table_privilege('lgtest_c350428', 'c350428.files_storedfile', %s)", [right]
            ).fetchone()
            assert found == (False,)
