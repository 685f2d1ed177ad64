"""What a file really is. The name and the announced type count for nothing: the first bytes say which
parser to ask, the parser reads all of it, and what it makes of it decides. Pure; bounded in bytes,
pixels, pages, objects and memory, so that no upload can take a worker down.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import pypdf
from PIL import Image, ImageOps
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from files.contracts import Checked, FileKind
from files.errors import (
    FILE_ACTIVE,
    FILE_DAMAGED,
    FILE_EMPTY,
    FILE_NAME,
    FILE_PAGES,
    FILE_PIXELS,
    FILE_TOO_LARGE,
    FILE_TYPE,
)
from kernel.errors import DomainError

# It logs every oddity it meets, with pieces of the file: whoever uploads could fill our logs with them.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
WEBP: Final = "image/webp"
PDF: Final = "application/pdf"
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICTURES: Final = (JPEG, PNG, WEBP)

DAILY_FILES: Final = 200


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a kind may hold: true types, bytes, and pages of a PDF."""

    types: tuple[str, ...]
    max_bytes: int
    max_pages: int = 0


BOUNDS: Final[Mapping[FileKind, Bounds]] = {
    FileKind.CERTIFICATE_PDF: Bounds((PDF,), 2_000_000, max_pages=20),
    FileKind.CLAIM_PICTURE: Bounds(PICTURES, 8_000_000),
    FileKind.CLAIM_PAPER: Bounds((*PICTURES, PDF), 8_000_000, max_pages=60),
    FileKind.BORDEREAU: Bounds((CSV, XLSX), 8_000_000),
}
LARGEST: Final = max(bounds.max_bytes for bounds in BOUNDS.values())

MAX_PIXELS: Final = 16_000_000  # decoded at once, at four bytes a pixel
MAX_JPEG_PIXELS: Final = 25_000_000  # decoded at a fraction, but several scans keep six bytes a pixel
MIN_SIDE: Final = 16
KEPT_SIDE: Final = 2560  # enough to read a hospital's receipt photographed whole
JPEG_QUALITY: Final = 85

MAX_PDF_OBJECTS: Final = 20_000
MAX_STREAM: Final = 20_000_000
MAX_UNZIPPED: Final = 60_000_000
MAX_ENTRIES: Final = 500

# Pictures are decoded in one thread of each process: what many uploads at once need is thereby bounded. A
# lock around each request's own thread would not do, for the C library keeps freed memory by thread.
_DECODER: Final = ThreadPoolExecutor(1, thread_name_prefix="pictures")


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def clean_file_name(value: object) -> str:
    """The last part of the name in NFC, or `file_name`. Not a path, nothing that only shows when printed."""
    text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
    odd = any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in text)
    if not 1 <= len(text) <= 120 or odd or re.search(r"[\\/:\x00]", text) or text.strip(". ") == "":
        raise FILE_NAME.error(field="name")
    return text


def check(kind: FileKind, content: bytes) -> Checked:
    """The content as it will be kept, with its true type and measures.

    Raises `file_empty`, `file_too_large`, `file_type`, `file_damaged`, `file_active` (scripts, embedded
    files, encryption, macros, a second file hidden behind the first), `file_pages`, `file_pixels`.
    """
    bounds = BOUNDS[kind]
    if not content:
        raise FILE_EMPTY.error(field="content")
    if len(content) > bounds.max_bytes:
        raise FILE_TOO_LARGE.error(field="content", limit=bounds.max_bytes)
    found = _sniff(content)
    if found not in bounds.types:
        raise FILE_TYPE.error(field="content", allowed=", ".join(bounds.types))
    if found in PICTURES:
        return _picture(kind, content, found)
    if found == PDF:
        return _pdf(kind, content, bounds.max_pages)
    if found == XLSX:
        _check_xlsx(content)
    else:
        _check_csv(content)
    return Checked(kind, found, content, sha256_of(content))


@contextlib.contextmanager
def _parsing() -> Iterator[None]:
    """A parser's trouble with a file is the file's fault and a refusal, never a 5xx."""
    try:
        yield
    except DomainError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FILE_PIXELS.error(field="content", limit=MAX_PIXELS, least=MIN_SIDE) from None
    except Exception as fault:  # noqa: BLE001  # over hostile bytes parsers raise whatever they come upon
        raise FILE_DAMAGED.error(field="content", reason=type(fault).__name__) from None


def _sniff(content: bytes) -> str | None:
    """The type that the first bytes claim; the parser behind has the last word."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return XLSX
    head = content[:4096]
    if (
        re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", head)
        or head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
    ):
        return None
    return CSV


# -- pictures --------------------------------------------------------------------------------------

_FORMATS: Final = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}


def _picture(kind: FileKind, content: bytes, media_type: str) -> Checked:
    """Decoded within its bounds, turned upright, made no larger than is of use and drawn anew as JPEG:
    EXIF, GPS, thumbnails, comments and whatever hung behind the picture stay outside."""
    with _parsing():
        kept, (width, height) = _DECODER.submit(_as_jpeg, content, media_type).result()
    return Checked(kind, JPEG, kept, sha256_of(kept), width=width, height=height)


def _as_jpeg(content: bytes, media_type: str) -> tuple[bytes, tuple[int, int]]:
    """Runs in the decoder's thread. A bomb's warning is an error there."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as picture:
            _check_pixels(picture, media_type)
            drawn = _drawn_anew(picture, media_type)
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue(), drawn.size


def _check_pixels(picture: Image.Image, media_type: str) -> None:
    """Before a single pixel is decoded: the header's word binds the decoder."""
    limit = MAX_JPEG_PIXELS if media_type == JPEG else MAX_PIXELS
    if min(picture.size) < MIN_SIDE or picture.width * picture.height > limit:
        raise FILE_PIXELS.error(field="content", limit=limit, least=MIN_SIDE)


def _drawn_anew(picture: Image.Image, media_type: str) -> Image.Image:
    """Made small first, so that each further copy costs little."""
    kept = (KEPT_SIDE, KEPT_SIDE)
    if media_type == JPEG:
        picture.draft("RGB", kept)  # decodes at 1/2, 1/4 or 1/8, not below the size kept
    picture.load()
    glassy = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    small = picture.convert("RGBA" if glassy else "RGB") if picture.mode not in ("RGB", "RGBA") else picture
    small.thumbnail(kept, Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(small)
    if glassy:
        layer = upright.convert("RGBA")
        upright = Image.new("RGBA", layer.size, "white")
        upright.alpha_composite(layer)
    clean = Image.new("RGB", upright.size)
    clean.paste(upright.convert("RGB"))  # pixels only: EXIF and profiles live in `info`, which is left behind
    return clean


# -- PDF -------------------------------------------------------------------------------------------

# Names whose presence anywhere among the objects makes a document more than paper (ISO 32000-2).
_ACTIVE: Final = frozenset(
    {
        "/JavaScript",
        "/JS",
        "/Launch",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/AF",
        "/RichMedia",
        "/XFA",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Movie",
        "/Sound",
        "/Rendition",
        "/AA",
    }
)
_LIMITS: Final = pypdf.get_configuration().with_overwrites(
    maximum_declared_stream_length=MAX_STREAM,
    array_based_stream_maximum_output_length=MAX_STREAM,
    zlib_maximum_output_length=MAX_STREAM,
    lzw_maximum_output_length=MAX_STREAM,
    run_length_maximum_output_length=MAX_STREAM,
    stream_decoding_work_maximum_length=2 * MAX_STREAM,
    array_maximum_element_count=20_000,
    dictionary_maximum_element_count=5_000,
    page_tree_maximum_entries=2_000,
    page_tree_maximum_page_entries=2_000,
)


def _pdf(kind: FileKind, content: bytes, max_pages: int) -> Checked:
    """Read strictly and whole, kept byte for byte: its hash is what was signed for."""
    if not re.search(rb"%%EOF[ \t\r\n\x00]{0,16}\Z", content[-64:]):
        raise FILE_ACTIVE.error(field="content", found="data behind the end")
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise FILE_ACTIVE.error(field="content", found="an archive")
    with _parsing(), pypdf.apply_configuration(_LIMITS):
        reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
        if reader.is_encrypted:
            raise FILE_ACTIVE.error(field="content", found="encryption")
        pages = len(reader.pages)
        if not 1 <= pages <= max_pages:
            raise FILE_PAGES.error(field="content", limit=max_pages)
        _check_objects(reader)
    return Checked(kind, PDF, content, sha256_of(content), pages=pages)


def _check_objects(reader: pypdf.PdfReader) -> None:
    """Looks at every object that the trailer leads to. Streams are not decoded: what is active in a PDF
    stands in dictionaries. Object streams, which hide dictionaries, pypdf unpacks within its limits."""
    queue: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    looked = 0
    while queue:
        item = queue.pop()
        looked += 1
        if looked > MAX_PDF_OBJECTS:
            raise FILE_DAMAGED.error(field="content", reason="too many objects")
        if isinstance(item, IndirectObject):
            place = (item.idnum, item.generation)
            if place not in seen:
                seen.add(place)
                queue.append(item.get_object())
        elif isinstance(item, DictionaryObject):
            _check_dictionary(item)
            queue += [value for value in dict.values(item) if _leads_on(value)]
        elif isinstance(item, ArrayObject):
            queue += [value for value in list.__iter__(item) if _leads_on(value)]


def _leads_on(value: object) -> bool:
    return isinstance(value, IndirectObject | DictionaryObject | ArrayObject | StreamObject)


def _check_dictionary(item: DictionaryObject) -> None:
    names = {str(name) for name in dict.keys(item)}
    names |= {str(value) for name in ("/S", "/Type", "/Subtype") if (value := dict.get(item, name))}
    found = names & _ACTIVE
    if found:
        raise FILE_ACTIVE.error(field="content", found=", ".join(sorted(found)))


# -- lists -----------------------------------------------------------------------------------------

_MACRO: Final = re.compile(r"vbaProject|\.bin\Z|externalLinks/|embeddings/|activeX/", re.IGNORECASE)


def _check_xlsx(content: bytes) -> None:
    """An Office Open XML workbook without macros, embedded things or links outside. Sizes are those of the
    archive's directory, checked against what really comes out when the reading room unpacks it."""
    with _parsing(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if len(entries) > MAX_ENTRIES or len(set(names)) != len(names):
            raise FILE_DAMAGED.error(field="content", reason="entries of the archive")
        if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
            raise FILE_TYPE.error(field="content", allowed=XLSX)
        if any(_MACRO.search(name) for name in names):
            raise FILE_ACTIVE.error(field="content", found="macros or embedded objects")
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise FILE_ACTIVE.error(field="content", found="encryption")
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
            raise FILE_DAMAGED.error(field="content", reason="compression")
        _check_unpacks(archive, entries)


def _check_unpacks(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpacks everything in pieces and counts; the checksums of the archive are checked on the way."""
    total = 0
    for entry in entries:
        with archive.open(entry) as packed:
            while piece := packed.read(65_536):
                total += len(piece)
                if total > MAX_UNZIPPED:
                    raise FILE_TOO_LARGE.error(field="content", limit=MAX_UNZIPPED)


def _check_csv(content: bytes) -> None:
    """Text in UTF-8 without control characters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FILE_DAMAGED.error(field="content", reason="UTF-8") from None
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text):
        raise FILE_TYPE.error(field="content", allowed=CSV)
