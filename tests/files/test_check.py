"""What a file really is: honest ones pass and lose their secrets, liars and bombs are refused."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from files import rules
from files.contracts import FileKind
from files.rules import BOUNDS, CSV, JPEG, KEPT_SIDE, PDF, XLSX, check, clean_file_name
from kernel.errors import DomainError
from tests.compliance.people import refused
from tests.files import samples

PICTURE, PAPER = FileKind.CLAIM_PICTURE, FileKind.CLAIM_PAPER
CERTIFICATE, LIST = FileKind.CERTIFICATE_PDF, FileKind.BORDEREAU


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_without_place_or_device(form):
    given_ = samples.picture(form, (400, 300), located=True)
    assert b"SecretMaker" in given_ or form == "PNG"
    found = check(PICTURE, given_)
    assert (found.media_type, found.sha256) == (JPEG, rules.sha256_of(found.content))
    with Image.open(io.BytesIO(found.content)) as kept:
        assert kept.format == "JPEG"
        assert not kept.getexif()
        assert "exif" not in kept.info
        assert "comment" not in kept.info
        assert (kept.width, kept.height) == (found.width, found.height) == (300, 400)  # turned upright
    for secret in (b"SecretMaker", b"Zhang San", samples.GPS_SECRET, b"Exif"):
        assert secret not in found.content


def test_what_hangs_behind_a_picture_is_left_outside():
    tail = b"<script>alert(1)</script>" + samples.zip_of("evil.exe", b"MZ" * 50)
    found = check(PICTURE, samples.picture() + tail)
    assert b"<script>" not in found.content
    assert b"evil.exe" not in found.content


def test_transparency_becomes_paper():
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(check(PICTURE, out.getvalue()).content)) as kept:
        assert kept.getpixel((20, 20)) == (255, 255, 255)


def test_a_large_photograph_is_kept_at_a_useful_size():
    out = io.BytesIO()
    Image.new("RGB", (5600, 4200), "gray").save(out, "JPEG", quality=60)
    found = check(PICTURE, out.getvalue())
    assert (found.width, found.height) == (KEPT_SIDE, KEPT_SIDE * 3 // 4)


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        (PICTURE, b"", "file_empty"),
        (PICTURE, b"\xff\xd8\xff" + b"\0" * BOUNDS[PICTURE].max_bytes, "file_too_large"),
        (PICTURE, samples.pdf(), "file_type"),
        (CERTIFICATE, samples.picture(), "file_type"),
        (PICTURE, b"GIF89a" + b"\0" * 100, "file_type"),
        (PICTURE, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "file_type"),
        (PAPER, b"<html><script>1</script></html>", "file_type"),
        (PAPER, b"MZ\x90\x00" + b"\0" * 100, "file_type"),
        (PAPER, samples.zip_of(), "file_type"),
        (PAPER, b"plain words", "file_type"),
        (PICTURE, samples.picture()[:600], "file_damaged"),
        (PICTURE, samples.picture("PNG")[:300], "file_damaged"),
        (PICTURE, b"\xff\xd8\xff" + b"nothing of the kind" * 20, "file_damaged"),
        (PICTURE, b"RIFF\x00\x00\x00\x00WEBPVP8 ", "file_damaged"),
        (PICTURE, samples.png_bomb(), "file_pixels"),
        (PICTURE, samples.jpeg_claiming(40_000, 40_000), "file_pixels"),
        (PICTURE, samples.picture("PNG", (8, 300)), "file_pixels"),
        (CERTIFICATE, b" " + samples.pdf(), "file_type"),
        (CERTIFICATE, samples.pdf()[:-40], "file_active"),
        (CERTIFICATE, samples.pdf() + b"<script>1</script>", "file_active"),
        (CERTIFICATE, samples.pdf() + samples.zip_of() + b"\n%%EOF\n", "file_active"),
        (CERTIFICATE, samples.pdf_with_stream(samples.zip_of()), "file_active"),
        (CERTIFICATE, samples.changed_pdf("script"), "file_active"),
        (CERTIFICATE, samples.changed_pdf("page script"), "file_active"),
        (CERTIFICATE, samples.changed_pdf("attachment"), "file_active"),
        (CERTIFICATE, samples.changed_pdf("launch"), "file_active"),
        (CERTIFICATE, samples.changed_pdf("form"), "file_active"),
        (PAPER, samples.changed_pdf("encrypted"), "file_active"),
        (CERTIFICATE, samples.pdf(pages=21), "file_pages"),
        (CERTIFICATE, b"%PDF-1.7\nnot much of one\n%%EOF\n", "file_damaged"),
        (LIST, samples.zip_of(), "file_type"),
        (LIST, samples.workbook()[:-30], "file_damaged"),
        (LIST, samples.workbook_with("xl/vbaProject.bin", b"macro"), "file_active"),
        (LIST, samples.workbook_with("xl/externalLinks/externalLink1.xml", b"<x/>"), "file_active"),
        (LIST, samples.workbook_with("xl/media/zeros.xml", b"\0" * 61_000_000), "file_too_large"),
        (LIST, "保单,元\n".encode("gb18030"), "file_damaged"),
        (LIST, b"a,b\n\x00\x01", "file_type"),
        (LIST, b"a,b\n" * 2000 + b"\x07", "file_type"),
    ],
)
def test_what_is_not_what_it_should_be_is_refused(kind, content, code):
    with refused(code, "content"):
        check(kind, content)


def test_paper_and_lists_are_kept_byte_for_byte():
    for kind, content, media_type in (
        (CERTIFICATE, samples.pdf(3), PDF),
        (PAPER, samples.pdf(), PDF),
        (LIST, "保单,元\nP-1,3\n".encode(), CSV),
        (LIST, samples.workbook(), XLSX),
    ):
        found = check(kind, content)
        assert (found.content, found.media_type) == (content, media_type)
        assert found.pages == {CERTIFICATE: 3, PAPER: 1, LIST: None}[kind]


_COST = """
import concurrent.futures, pathlib, resource, sys
sys.path[:0] = sys.argv[2:]
from files.rules import check
from files.contracts import FileKind
from tests.files import samples
check(FileKind.CLAIM_PICTURE, samples.picture())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
content = pathlib.Path(sys.argv[1]).read_bytes()
with concurrent.futures.ThreadPoolExecutor(6) as pool:
    found = list(pool.map(lambda _: check(FileKind.CLAIM_PICTURE, content), range(6)))
assert len(found) == 6
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_largest_pictures_cost_little_memory_however_many_come_at_once(form, tmp_path):
    """The dearest that is let in (transparency, or a JPEG of many scans without subsampling), six at once.
    A pod of 768 MB has two web processes of many threads."""
    place = tmp_path / "large"
    if form == "JPEG":
        Image.new("RGB", (5000, 5000), "teal").save(place, form, progressive=True, subsampling=0)
    else:
        Image.new("RGBA", (4000, 4000), (0, 128, 128, 90)).save(place, form)
    done = subprocess.run(
        [sys.executable, "-c", _COST, str(place), *sys.path],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "linggong.settings.test"},
    )
    assert int(done.stdout) < 260_000  # KB


def test_an_unpacking_pdf_costs_little_memory_and_time():
    """Unpacked as a whole it would need 200 MB; a third of it is too much."""
    bomb = samples.pdf_stream_bomb()
    assert len(bomb) < 300_000
    tracemalloc.start()
    try:
        with pytest.raises(DomainError, match=r"^file_"):
            check(CERTIFICATE, bomb)
        assert tracemalloc.get_traced_memory()[1] < 70_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(FileKind)), st.integers(0, 2**32), st.integers(1, 40))
@example(CERTIFICATE, 0, 1)
def test_broken_files_are_refused_or_kept_and_nothing_else(kind, seed, hits):
    """Bytes changed at random: an answer or a refusal, never another exception (a 5xx at the door)."""
    dice = random.Random(seed)
    base = {
        PICTURE: [samples.picture(form, (48, 48)) for form in ("JPEG", "PNG", "WEBP")],
        PAPER: [samples.pdf(), samples.picture("PNG", (48, 48))],
        CERTIFICATE: [samples.pdf(), samples.changed_pdf("launch")],
        LIST: [samples.workbook(), b"a,b\n1,2\n"],
    }[kind]
    content = bytearray(dice.choice(base))
    for _ in range(hits):
        content[dice.randrange(len(content))] = dice.randrange(256)
    try:
        kept = check(kind, bytes(content)).media_type
    except DomainError as refusal:
        kept = refusal.code
    assert kept.startswith("file_") or kept in (*BOUNDS[kind].types, JPEG)


@pytest.mark.parametrize(
    "name", ["", "a/b.pdf", "..", "..\\x", "a\x00b", "a\nb", "x" * 121, "a\u202eb", None, 7]
)
def test_odd_names_are_refused(name):
    with refused("file_name", "name"):
        clean_file_name(name)


def test_ordinary_names_pass():
    assert clean_file_name(" 医院发票 (1).pdf ") == "医院发票 (1).pdf"
