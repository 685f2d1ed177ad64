"""Files to hand in: honest ones, and ones that lie about what they are."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime

import pypdf
from fpdf import FPDF
from openpyxl import Workbook
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

GPS_SECRET = b"117.474"


def picture(form: str = "JPEG", size: tuple[int, int] = (320, 240), *, located: bool = False) -> bytes:
    """A picture; `located` puts a place, a device's name and an orientation into its EXIF."""
    image = Image.effect_noise(size, 60).convert("RGB")
    image.putpixel((0, 0), (255, 0, 0))
    out = io.BytesIO()
    if located:
        exif = Image.Exif()
        exif[0x010F] = "SecretMaker"
        exif[0x0112] = 6  # lies on its side
        exif[0x8825] = {1: "N", 2: (IFDRational(26), IFDRational(43), IFDRational(0)), 29: "117.474"}
        image.save(out, form, exif=exif, comment=b"taken by Zhang San")
    else:
        image.save(out, form)
    return out.getvalue()


def pdf(pages: int = 1, text: str = "Certificate of cover") -> bytes:
    paper = FPDF()
    paper.set_creation_date(datetime(2026, 11, 23, tzinfo=UTC))  # made twice, it is the same
    for number in range(pages):
        paper.add_page()
        paper.set_font("helvetica", size=12)
        paper.cell(text=f"{text} {number}")
    return bytes(paper.output())


def changed_pdf(change: str) -> bytes:
    """A one-page PDF with something in it that paper does not have."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    root = writer.root_object
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    if change == "script":
        root[NameObject("/OpenAction")] = writer._add_object(script)
    elif change == "attachment":
        writer.add_attachment("evil.exe", b"MZ")
    elif change == "encrypted":
        writer.encrypt("secret")
    elif change == "launch":
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("a")}
        )
        link = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Link"),
                NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
                NameObject("/A"): action,
            }
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    elif change == "page script":
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    elif change == "form":
        form = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
        root[NameObject("/AcroForm")] = form
    else:
        raise AssertionError(change)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_stream_bomb(megabytes: int = 200) -> bytes:
    """An object stream of a few KB that unpacks to so many MB; its catalogue is said to lie inside."""
    packed = zlib.compress(b"1 0 " + b" " * (megabytes * 1_000_000), 9)
    head = b"%PDF-1.7\n"
    stream = (
        b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
        + packed
        + b"\nendstream\nendobj\n"
    )
    table_at = len(head) + len(stream)
    entries = b"".join(
        struct.pack(">BIH", *entry) for entry in [(0, 0, 65535), (2, 5, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)]
    )
    entries += struct.pack(">BIH", 1, len(head), 0) + struct.pack(">BIH", 1, table_at, 0)
    table = (
        b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n" % len(entries)
        + entries
        + b"\nendstream\nendobj\n"
    )
    return head + stream + table + b"startxref\n%d\n%%%%EOF\n" % table_at


def png_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few KB that says it is enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
        + chunk(b"IEND", b"")
    )


def jpeg_claiming(width: int, height: int) -> bytes:
    """An honest JPEG whose header was given another size."""
    content = bytearray(picture())
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def workbook() -> bytes:
    book = Workbook()
    sheet = book.create_sheet("premiums")
    sheet.append(["policy", "premium_fen"])
    sheet.append(["P-1", 300])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook_with(name: str, content: bytes) -> bytes:
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def zip_of(name: str = "a.txt", content: bytes = b"hello") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def pdf_with_stream(content: bytes) -> bytes:
    """A sound PDF that carries any bytes in a stream of its own."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    stream = DecodedStreamObject()
    stream.set_data(content)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
