"""What crosses this room's border."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class FileKind(StrEnum):
    """What a file is for; each kind has its own true types and bounds (`rules.BOUNDS`)."""

    CERTIFICATE_PDF = "certificate_pdf"
    CLAIM_PICTURE = "claim_picture"
    CLAIM_PAPER = "claim_paper"
    BORDEREAU = "bordereau"


@dataclass(frozen=True, slots=True)
class Checked:
    """Content whose true type was found by parsing all of it. `content` is what will be kept: pictures
    are drawn anew, so that no place, device or hidden data of the original is left; all else is kept
    byte for byte. `pages` is set for PDF, `width` and `height` (pixels) for pictures."""

    kind: FileKind
    media_type: str
    content: bytes = field(repr=False)
    sha256: str
    pages: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Deposited:
    """Bytes that lie in the storage of one county, not yet on record there. Without a record they are
    swept away within a day."""

    id: UUID
    schema: str
    key: str
    name: str
    kind: FileKind
    media_type: str
    size: int
    sha256: str
    pages: int | None
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class FileView:
    """A file on record. `size` in bytes, `sha256` in hex of what is kept; `stored_by` is an actor key."""

    id: UUID
    kind: FileKind
    name: str
    media_type: str
    size: int
    sha256: str
    pages: int | None
    width: int | None
    height: int | None
    stored_by: str
    at: datetime
