"""The storage port: where bytes lie. A folder of this machine, or an S3-compatible service; which one is
`settings.LINGGONG_FILES_STORAGE`. Every key begins with the county's schema name, so that one county's
files can be moved, backed up or destroyed alone, and no key of one county names a file of another.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from files.contracts import FileKind
from files.errors import FILE_STORAGE_UNAVAILABLE

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,62}/[a-z_]{1,30}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CITY: Final = "city"
_PART: Final = ".part-"
_PREFIX: Final = re.compile(r"[a-z][a-z0-9_]{0,62}/")


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key and when its bytes were laid down, in real time."""

    key: str
    at: datetime


class Storage(Protocol):
    """Keys are made by `key_of`; any other is a ValueError, so no path can be smuggled in."""

    def put(self, key: str, content: bytes, *, media_type: str) -> None:
        """Keeps the bytes, whole or not at all. Raises `file_storage_unavailable`."""

    def get(self, key: str, *, max_bytes: int) -> bytes | None:
        """The bytes; None when there are none, or more than `max_bytes`. Raises
        `file_storage_unavailable`."""

    def delete(self, key: str) -> None:
        """Removes the bytes; a key without any is no fault. Raises `file_storage_unavailable`."""

    def keys(self, prefix: str) -> Iterator[StoredKey]:
        """Everything below a county's prefix (`c350428/`). Raises `file_storage_unavailable`."""

    def tidy(self, prefix: str, *, before: datetime) -> None:
        """Removes what a killed writer left half written below a county's prefix."""


def key_of(schema: str, kind: FileKind, file_id: UUID) -> str:
    """`c350428/claim_picture/0190….`"""
    return checked(f"{schema}/{kind.value}/{file_id}")


def city_key_of(kind: str, file_id: UUID) -> str:
    """`city/export/0190…`: files of the city as a whole. No county's schema is called `city`."""
    return checked(f"{CITY}/{kind}/{file_id}")


def checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError("not a key of the file storage")
    return key


def checked_prefix(prefix: str) -> str:
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("not a county's prefix in the file storage")
    return prefix


class LocalStorage:
    """A folder (`settings.LINGGONG_FILES_ROOT`) of this machine, or one that all machines mount. Files are
    written beside their place, synced and moved there, readable by this user alone."""

    def __init__(self, root: str | Path | None = None) -> None:
        chosen = str(root or settings.LINGGONG_FILES_ROOT)
        if not chosen:
            raise ImproperlyConfigured("LINGGONG_FILES_ROOT is not set: the folder that keeps files")
        self.root = Path(chosen)

    def put(self, key: str, content: bytes, *, media_type: str) -> None:
        place = self._place(key)
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=place.parent, prefix=_PART)  # 0600 from the start
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(beside).replace(place)
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(beside).unlink()
                raise
        except OSError:
            raise FILE_STORAGE_UNAVAILABLE.error() from None

    def get(self, key: str, *, max_bytes: int) -> bytes | None:
        try:
            with self._place(key).open("rb") as file:
                content = file.read(max_bytes + 1)
        except FileNotFoundError:
            return None
        except OSError:
            raise FILE_STORAGE_UNAVAILABLE.error() from None
        return content if len(content) <= max_bytes else None

    def delete(self, key: str) -> None:
        try:
            self._place(key).unlink(missing_ok=True)
        except OSError:
            raise FILE_STORAGE_UNAVAILABLE.error() from None

    def keys(self, prefix: str) -> Iterator[StoredKey]:
        county = self.root / checked_prefix(prefix)
        for path in county.glob("*/*"):
            key = path.relative_to(self.root).as_posix()
            if not KEY.fullmatch(key):
                continue
            with contextlib.suppress(FileNotFoundError):
                yield StoredKey(key, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def tidy(self, prefix: str, *, before: datetime) -> None:
        for path in (self.root / checked_prefix(prefix)).glob(f"*/{_PART}*"):
            with contextlib.suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    path.unlink()

    def _place(self, key: str) -> Path:
        return self.root / checked(key)


def storage() -> Storage:
    """The storage that the settings name. Raises ImproperlyConfigured when it lacks a setting."""
    return _made(settings.LINGGONG_FILES_STORAGE, settings.LINGGONG_FILES_ROOT)


@lru_cache(maxsize=4)
def _made(path: str, root: str) -> Storage:
    return cast(Storage, import_string(settings.LINGGONG_FILES_STORAGE)())
