"""The same against an S3-compatible service: a real server process on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import boto3
import pytest

from files import storage
from files.contracts import FileKind
from files.deposit import deposit
from files.selectors import read_file
from files.storage import key_of
from files.tasks import sweep_orphans
from files.use_cases import record_file, store_file
from kernel.actor import SYSTEM
from kernel.clock import real_now
from tenants.county import run_in_county
from tests.compliance.people import refused
from tests.files import samples

BUCKET = "linggong-files"
PAPER = FileKind.CLAIM_PAPER


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.kill()
        server.wait()


def _wait_for(address: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "the service ended"
        try:
            with urllib.request.urlopen(f"{address}/moto-api/", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service does not answer")


@pytest.fixture
def bucket(service, settings, counties):
    settings.LINGGONG_FILES_STORAGE = "files.s3.S3Storage"
    settings.LINGGONG_FILES_S3_ENDPOINT = service
    settings.LINGGONG_FILES_S3_BUCKET = BUCKET
    settings.LINGGONG_FILES_S3_KEY_ID = "key"
    settings.LINGGONG_FILES_S3_SECRET = "secret"
    client = boto3.client(
        "s3",
        endpoint_url=service,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket=BUCKET)
    storage._made.cache_clear()
    yield client
    storage._made.cache_clear()


def keys(client, prefix: str = "") -> set[str]:
    return {
        found["Key"] for found in client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    }


def test_files_lie_below_a_prefix_a_county(bucket, counties):
    kept = {}
    for slug in ("jiangle", "taining"):
        with run_in_county(counties[slug]) as work:
            view = store_file(kind=PAPER, name="a.pdf", content=samples.pdf(), actor=SYSTEM, now=work.now)
            assert read_file(view.id) == samples.pdf()
            kept[slug] = f"{counties[slug].schema_name}/claim_paper/{view.id}"
    assert keys(bucket) >= set(kept.values())
    assert kept["taining"] not in keys(bucket, "c350428/")
    head = bucket.head_object(Bucket=BUCKET, Key=kept["jiangle"])
    assert head["ContentType"] == "application/pdf"


def test_missing_and_swollen_objects_are_not_served(bucket, counties):
    with run_in_county(counties["jiangle"]) as work:
        view = store_file(kind=PAPER, name="a.pdf", content=samples.pdf(), actor=SYSTEM, now=work.now)
    key = key_of("c350428", PAPER, view.id)
    bucket.put_object(Bucket=BUCKET, Key=key, Body=samples.pdf() + b"x" * 5_000_000)
    with refused("file_damaged"), run_in_county(counties["jiangle"]):
        read_file(view.id)
    bucket.delete_object(Bucket=BUCKET, Key=key)
    with refused("file_damaged"), run_in_county(counties["jiangle"]):
        read_file(view.id)


def test_orphans_are_swept(bucket, counties, monkeypatch):
    county = counties["jiangle"]
    with run_in_county(county) as work:
        kept = store_file(kind=PAPER, name="a.pdf", content=samples.pdf(), actor=SYSTEM, now=work.now)
    lost = deposit(schema=county.schema_name, kind=PAPER, name="b.pdf", content=samples.pdf())
    assert sweep_orphans(county) == 0  # both are fresh
    tomorrow = real_now() + timedelta(hours=25)
    monkeypatch.setattr("files.tasks.real_now", lambda: tomorrow)
    sweep_orphans(county)
    left = keys(bucket, "c350428/")
    assert lost.key not in left
    assert key_of("c350428", PAPER, kept.id) in left


def test_a_service_that_does_not_answer_is_a_refusal(settings, counties):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        settings.LINGGONG_FILES_STORAGE = "files.s3.S3Storage"
        settings.LINGGONG_FILES_S3_ENDPOINT = f"http://127.0.0.1:{closed.getsockname()[1]}"
        settings.LINGGONG_FILES_S3_BUCKET = BUCKET
        settings.LINGGONG_FILES_S3_KEY_ID = settings.LINGGONG_FILES_S3_SECRET = "x"
        storage._made.cache_clear()
        try:
            kept, key = storage.storage(), key_of("c350428", PAPER, uuid4())
            for act in (
                lambda: kept.put(key, b"x", media_type="a/b"),
                lambda: kept.get(key, max_bytes=9),
                lambda: kept.delete(key),
                lambda: list(kept.keys("c350428/")),
            ):
                with refused("file_storage_unavailable"):
                    act()
        finally:
            storage._made.cache_clear()


def test_a_forgotten_bucket_is_named(settings, counties):
    settings.LINGGONG_FILES_STORAGE = "files.s3.S3Storage"
    settings.LINGGONG_FILES_S3_BUCKET = ""
    storage._made.cache_clear()
    with pytest.raises(Exception, match="LINGGONG_FILES_S3_BUCKET"):
        storage.storage()
    storage._made.cache_clear()


def test_what_was_deposited_is_recorded_without_a_network_in_the_transaction(bucket, counties):
    county = counties["jiangle"]
    laid = deposit(schema=county.schema_name, kind=PAPER, name="a.pdf", content=samples.pdf())
    with run_in_county(county) as work:
        view = record_file(deposited=laid, actor=SYSTEM, now=work.now)
    with run_in_county(county):
        assert read_file(view.id) == samples.pdf()
