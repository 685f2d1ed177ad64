"""Pictures and papers through the REST door: sent as they are, never believed, read by those concerned."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from django.test.client import FakePayload
from PIL import Image

from api import schema
from files import storage
from files.models import StoredFile
from files.rules import BOUNDS, FileKind
from tenants.county import run_in_county
from tests.compliance.claims import made
from tests.compliance.claims.made import accident, opened
from tests.doors.rest import Caller, a_worker, an_employer, check_problem, machine, staff_member
from tests.files import samples

COUNTY = "jiangle"


@pytest.fixture(scope="module")
def worker(counties):
    return a_worker(counties[COUNTY])


def send(caller: Caller, path: str, content: bytes, media: str = "image/jpeg", **more):
    return caller.post(path, raw=content, content_type=media, **more)


def picture(caller: Caller, **more):
    answer = send(caller, f"claim-pictures?name={quote('伤口.jpg')}", samples.picture(located=True), **more)
    assert answer.status == 201, answer.body
    return answer.body


def test_a_picture_comes_back_drawn_anew_as_a_file_to_save(worker):
    kept = picture(worker.caller)
    assert (kept["kind"], kept["name"], kept["media_type"]) == ("claim_picture", "伤口.jpg", "image/jpeg")
    assert worker.caller.must("GET", f"files/{kept['id']}") == kept
    answer = worker.caller.get(f"files/{kept['id']}/content")
    assert answer.status == 200
    content = answer.body
    assert (len(content), hashlib.sha256(content).hexdigest()) == (kept["size"], kept["sha256"])
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (kept["width"], kept["height"]))
    assert samples.GPS_SECRET not in content
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    told = {
        "Content-Type": "image/jpeg",
        "Repr-Digest": f"sha-256=:{digest}:",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    assert {name: answer.headers[name] for name in told} == told
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert quote("伤口.jpg") in answer.headers["Content-Disposition"]


def test_a_paper_is_kept_as_it_is(worker):
    content = samples.pdf(2)
    kept = send(worker.caller, "claim-papers?name=a.pdf", content, "application/pdf").body
    assert (kept["pages"], kept["sha256"]) == (2, hashlib.sha256(content).hexdigest())
    assert worker.caller.get(f"files/{kept['id']}/content").body == content
    assert send(worker.caller, "claim-papers?name=a.png", samples.picture("PNG"), "image/png").status == 201


@pytest.mark.parametrize(
    ("path", "content", "media", "status", "code"),
    [
        ("claim-pictures?name=a.jpg", samples.pdf(), "image/jpeg", 415, "file_type"),
        ("claim-pictures?name=a.jpg", b"\xff\xd8\xff broken", "image/jpeg", 422, "file_damaged"),
        ("claim-pictures?name=a.jpg", samples.png_bomb(), "image/png", 422, "file_pixels"),
        ("claim-pictures?name=a.jpg", samples.picture(), "application/json", 415, "upload_type"),
        ("claim-pictures?name=a.jpg", samples.picture(), "application/pdf", 415, "upload_type"),
        ("claim-pictures?name=a.jpg", samples.picture(), "", 415, "upload_type"),
        ("claim-pictures", samples.picture(), "image/jpeg", 422, "field_missing"),
        ("claim-pictures?name=a/b.jpg", samples.picture(), "image/jpeg", 422, "file_name"),
        ("claim-pictures?name=a.jpg&x=1", samples.picture(), "image/jpeg", 422, "unknown_field"),
        ("claim-papers?name=a.pdf", samples.changed_pdf("script"), "application/pdf", 422, "file_active"),
        ("claim-papers?name=a.pdf", samples.pdf(61), "application/pdf", 422, "file_pages"),
    ],
)
def test_what_it_is_not_is_refused(worker, path, content, media, status, code):
    check_problem(send(worker.caller, path, content, media), status, code)


def test_too_much_is_refused_before_it_is_read(worker, counties):
    """The announced length is enough; and where a header lies, reading stops at the limit."""
    limit = BOUNDS[FileKind.CLAIM_PICTURE].max_bytes
    body = b"\xff\xd8\xff" + b"\0" * limit
    check_problem(send(worker.caller, "claim-pictures?name=a.jpg", body), 413, "body_too_large")
    address = f"/{COUNTY}/api/v1/claim-pictures?name=a.jpg"
    headers, content = {"X-Session-Token": worker.caller.token}, samples.picture()
    for announced, code in (
        (str(10**12), "body_too_large"),
        ("-1", "request_malformed"),
        ("0", "file_empty"),
    ):
        payload = FakePayload(content)
        answer = Client().generic(
            "POST",
            address,
            b"x",
            content_type="image/jpeg",
            headers=headers,
            CONTENT_LENGTH=announced,
            **{"wsgi.input": payload},
        )
        assert json.loads(answer.content)["code"] == code, (announced, answer.content)
        assert len(payload) == len(content)  # not a byte of it was read


def test_a_repeated_upload_has_one_effect(worker, counties):
    with run_in_county(counties[COUNTY]):
        before = StoredFile.objects.count()
    content = samples.picture()
    first = send(worker.caller, "claim-pictures?name=a.jpg", content, key="upload-1")
    again = send(worker.caller, "claim-pictures?name=a.jpg", content, key="upload-1")
    assert (first.status, again.body) == (201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = send(worker.caller, "claim-pictures?name=a.jpg", samples.picture(), key="upload-1")
    check_problem(other, 409, "idempotency_key_reused")
    renamed = send(worker.caller, "claim-pictures?name=b.jpg", content, key="upload-1")
    check_problem(renamed, 409, "idempotency_key_reused")
    with run_in_county(counties[COUNTY]):
        assert StoredFile.objects.count() == before + 1


def test_strangers_find_no_file(worker, counties):
    kept = picture(worker.caller)
    county = counties[COUNTY]
    strangers = [a_worker(county).caller, an_employer(county, fen=0).caller, staff_member(county, "trainer")]
    # whoever has to do with claims sees those of claims, and this one belongs to none yet
    strangers += [staff_member(county, "hall_operator"), staff_member(county, "insurance_officer")]
    for caller in strangers:
        for path in (f"files/{kept['id']}", f"files/{kept['id']}/content"):
            check_problem(caller.get(path), 404, "file_not_found")
    check_problem(Caller(county).get(f"files/{kept['id']}/content"), 401, "unauthenticated")
    check_problem(worker.caller.get("files/nothing/content"), 422, "id_malformed")
    elsewhere = Caller(counties["taining"], token=worker.caller.token)
    check_problem(elsewhere.get(f"files/{kept['id']}/content"), 404, "file_not_found")


def test_a_claims_parties_may_read_its_files(counties):
    with run_in_county(counties[COUNTY]) as work:
        case = accident(work)
        shot = made.picture(work, case.worker)
        opened(case, pictures=[shot])
    for role in ("hall_operator", "station_clerk", "insurance_officer"):
        answer = staff_member(counties[COUNTY], role).get(f"files/{shot}/content")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")


def test_uploading_needs_the_scope(counties):
    county = counties[COUNTY]
    for role in ("treasurer", "trainer"):
        check_problem(
            send(staff_member(county, role), "claim-pictures?name=a.jpg", samples.picture()), 403, "forbidden"
        )
    token = machine(staff_member(county, "county_admin"), ["orders:read"])
    check_problem(send(token, "claim-pictures?name=a.jpg", samples.picture()), 403, "forbidden")


def test_the_daily_limit_is_checked_before_anything_is_laid_down(worker, counties, monkeypatch, settings):
    monkeypatch.setattr("files.selectors.DAILY_FILES", 0)
    folder = Path(settings.LINGGONG_FILES_ROOT) / "c350428" / "claim_picture"
    picture_count = len(list(folder.iterdir()))
    answer = send(worker.caller, "claim-pictures?name=a.jpg", samples.picture())
    check_problem(answer, 429, "file_quota")
    assert len(list(folder.iterdir())) == picture_count


def test_a_storage_that_is_away_is_said_so(worker, settings):
    kept = picture(worker.caller)
    settings.LINGGONG_FILES_STORAGE = "files.s3.S3Storage"
    settings.LINGGONG_FILES_S3_ENDPOINT = "http://127.0.0.1:9"
    settings.LINGGONG_FILES_S3_BUCKET = "b"
    settings.LINGGONG_FILES_S3_KEY_ID = settings.LINGGONG_FILES_S3_SECRET = "x"
    storage._made.cache_clear()
    try:
        answer = send(worker.caller, "claim-pictures?name=a.jpg", samples.picture())
        check_problem(answer, 503, "file_storage_unavailable")
        check_problem(worker.caller.get(f"files/{kept['id']}/content"), 503, "file_storage_unavailable")
        assert worker.caller.get(f"files/{kept['id']}").status == 200
    finally:
        storage._made.cache_clear()


def test_the_documents_say_what_is_sent_and_served(checkout):
    paths = json.loads(schema.render())["paths"]
    upload = next(item["post"] for path, item in paths.items() if path.endswith("/claim-papers"))
    sent = upload["requestBody"]["content"]
    assert set(sent) == {"image/jpeg", "image/png", "image/webp", "application/pdf"}
    served = next(item["get"] for path, item in paths.items() if path.endswith("/files/{file_id}/content"))
    assert set(served["responses"]["200"]["content"]) == {"image/jpeg", "application/pdf"}
