"""Personal data at rest: sealed with AES-256-GCM, found again by keyed hashes, shown masked.

What is stored reveals nothing without the keys, which live outside the database (PIPL, article 51).
A sealed value is bound to its place (scope, table, column, row): copied to another row, column or
county it no longer opens. Keys have versions, so they rotate while the site runs: add a version,
make it current, `reseal` row by row, drop the old version when no row needs it.

Three kinds of key, because a leak or rotation of one must not touch the others:

- data keys, one a version, seal values;
- the index key, root of one key per scope and purpose, makes `blind_index`: equal values can be
  found inside one county, and not be matched across two;
- the person key makes `person_key`: the same person in the whole city, for counting people.

The index and person keys do not rotate online: every index would have to be made anew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12  # random: safe for 2**32 values a key (NIST SP 800-38D, 8.3), then rotate


class CryptoError(Exception):
    """Something is wrong with keys or sealed values; nothing a user can mend, so no refusal."""


class BadKeyring(CryptoError):
    """The configured keys cannot be used; says which one and why, never the key."""


class Undecryptable(CryptoError):
    """The sealed value was altered, moved from its place, or never was one."""


class MissingKey(Undecryptable):
    """The value was sealed with a key version that the keyring does not hold."""

    def __init__(self, version: int) -> None:
        super().__init__(f"data key version {version} is not in the keyring")
        self.version = version


class KeyMismatch(CryptoError):
    """The configured keys are not those that the stored data was written with."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys, 32 bytes each. `current` is the version that new values are sealed with."""

    current: int
    data: Mapping[int, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    person: bytes = field(repr=False)

    def __post_init__(self) -> None:
        slots = dict(self._slots())
        for name, key in slots.items():
            if len(key) != _KEY_BYTES:
                raise BadKeyring(f"key {name} must be {_KEY_BYTES} bytes, it is {len(key)}")
        if len(set(slots.values())) != len(slots):
            raise BadKeyring("two keys are the same; each slot and version needs its own")
        if any(version < 1 for version in self.data) or self.current not in self.data:
            raise BadKeyring(
                f"the current version {self.current} is not among the data keys, or one is below 1"
            )

    def _slots(self) -> list[tuple[str, bytes]]:
        versions = [(f"data.{version}", key) for version, key in sorted(self.data.items())]
        return [*versions, ("index", self.index), ("person", self.person)]

    @classmethod
    def from_mapping(cls, keys: Mapping[str, Any]) -> Keyring:
        """From `generate_keys()`'s shape, as it is or after a trip through JSON (versions as text)."""
        try:
            return cls(
                current=int(keys["current"]),
                data={int(version): _key(f"data.{version}", key) for version, key in keys["data"].items()},
                index=_key("index", keys["index"]),
                person=_key("person", keys["person"]),
            )
        except KeyError as fault:
            raise BadKeyring(f"the keys lack {fault}") from None
        except (TypeError, AttributeError, ValueError):
            # The fault's own text could quote a key that stands in the wrong place.
            raise BadKeyring("the keys are not in the shape that generate_keys() gives") from None

    def fingerprint(self) -> str:
        """One line that tells keys apart and gives none away: `data.1=…;index=…;person=…`."""
        return ";".join(
            f"{name}={_hmac(key, f'linggong key fingerprint {name}').hexdigest()[:16]}"
            for name, key in self._slots()
        )


def generate_keys() -> dict[str, Any]:
    """Fresh keys for a first start, in the shape of `settings.LINGGONG_KEYS` (base64 text)."""
    data, index, person = (base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() for _ in range(3))
    return {"current": 1, "data": {1: data}, "index": index, "person": person}


def configured_keyring() -> Keyring:
    """The keyring of `settings.LINGGONG_KEYS`. Errors: BadKeyring."""
    keys = getattr(settings, "LINGGONG_KEYS", None)
    if not keys:
        raise BadKeyring("the setting LINGGONG_KEYS is empty; generate_keys() makes a first set")
    return _parsed(json.dumps(keys))


@lru_cache(maxsize=4)
def _parsed(keys: str) -> Keyring:
    return Keyring.from_mapping(json.loads(keys))


def _key(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadKeyring(f"key {name} is not base64") from None


def _hmac(key: bytes, value: str) -> hmac.HMAC:
    return hmac.new(key, value.encode(), hashlib.sha256)


# ---------------------------------------------------------------------------------------------------
# Sealing

_TOKEN: Final = re.compile(r"v([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{38,})")


def seal(
    plaintext: str, *, scope: str, table: str, column: str, row: UUID, keyring: Keyring | None = None
) -> str:
    """The text sealed for one place, as `v<version>.<base64url of nonce and ciphertext>`.

    `scope` is the county's schema name, or "public". Sealing twice gives two different tokens.
    """
    ring = keyring or configured_keyring()
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCM(ring.data[ring.current]).encrypt(
        nonce, plaintext.encode(), _place(scope, table, column, row)
    )
    return f"v{ring.current}.{_b64(nonce + box)}"


def open_sealed(
    token: str, *, scope: str, table: str, column: str, row: UUID, keyring: Keyring | None = None
) -> str:
    """The text that was sealed for this place. Errors: Undecryptable, MissingKey."""
    version, sealed = _split(token)
    key = (keyring or configured_keyring()).data.get(version)
    if key is None:
        raise MissingKey(version)
    nonce, box = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, box, _place(scope, table, column, row)).decode()
    except InvalidTag:
        raise Undecryptable(f"a sealed value does not open at {scope}.{table}.{column}, row {row}") from None


def reseal(
    token: str, *, scope: str, table: str, column: str, row: UUID, keyring: Keyring | None = None
) -> str:
    """The same text sealed anew with the current key. Errors: Undecryptable, MissingKey."""
    plaintext = open_sealed(token, scope=scope, table=table, column=column, row=row, keyring=keyring)
    return seal(plaintext, scope=scope, table=table, column=column, row=row, keyring=keyring)


def needs_reseal(token: str, *, keyring: Keyring | None = None) -> bool:
    """Whether another key than the current one sealed it. Errors: Undecryptable."""
    return _split(token)[0] != (keyring or configured_keyring()).current


def _place(scope: str, table: str, column: str, row: UUID) -> bytes:
    parts = (scope, table, column, str(row))
    if not all(parts) or any("|" in part for part in parts):
        raise ValueError("scope, table and column are plain names: the place would be ambiguous")
    return "|".join(parts).encode()


def _split(token: str) -> tuple[int, bytes]:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise Undecryptable("not a sealed value")
    try:
        sealed = base64.b64decode(match[2] + "=" * (-len(match[2]) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise Undecryptable("not a sealed value") from None
    if _b64(sealed) != match[2]:  # unused bits at the end: one value must have one spelling
        raise Undecryptable("not a sealed value")
    return int(match[1]), sealed


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


# ---------------------------------------------------------------------------------------------------
# Looking up and counting without reading


def blind_index(value: str, *, purpose: str, scope: str, keyring: Keyring | None = None) -> str:
    """64 hex characters by which an equal value is found within one scope and purpose.

    Give the canonical form (as `kernel.identifiers` returns it): other spellings get other indexes.
    """
    if not purpose or not scope or "|" in purpose + scope:
        raise ValueError("purpose and scope are plain names")
    ring = keyring or configured_keyring()
    return _hmac(_index_key(ring.index, scope, purpose), value).hexdigest()


@lru_cache(maxsize=512)
def _index_key(root: bytes, scope: str, purpose: str) -> bytes:
    info = f"linggong blind index|{scope}|{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(root)


def person_key(id_number: str, *, keyring: Keyring | None = None) -> str:
    """32 hex characters that stand for one person (or company) in the whole city.

    For counting people across counties, who would otherwise be counted once in each.
    """
    if not id_number:
        raise ValueError("nobody has an empty ID number")
    return _hmac((keyring or configured_keyring()).person, id_number.upper()).hexdigest()[:32]


# ---------------------------------------------------------------------------------------------------
# The right keys for this database


def key_fingerprint(*, keyring: Keyring | None = None) -> str:
    """What the database keeps to recognise its keys by; no key can be computed from it."""
    return (keyring or configured_keyring()).fingerprint()


def check_fingerprint(stored: str | None, *, keyring: Keyring | None = None) -> str:
    """Refuses other keys than the stored data needs; returns the fingerprint to store now.

    `None` is a first start. Data keys may have been added since, none may be gone or changed.
    Errors: KeyMismatch, naming the slots at fault.
    """
    now = key_fingerprint(keyring=keyring)
    if stored is None:
        return now
    configured = set(now.split(";"))
    lost = [entry.partition("=")[0] for entry in stored.split(";") if entry not in configured]
    if lost:
        raise KeyMismatch(
            f"these keys are missing or differ from those the database was written with: {', '.join(lost)}. "
            "Restore them; starting with others would make personal data unreadable and split people in two"
        )
    return now


# ---------------------------------------------------------------------------------------------------
# Sessions

_SESSION_ROW: Final = UUID(int=0)


class EncryptedSessionSerializer:
    """For `SESSION_SERIALIZER`: Django signs sessions but leaves them readable, phone numbers and all.

    A serializer is not told the session's key, so all sessions share one place; Django's own
    signature binds no key either. A session that does not open is to Django an empty one: the person
    logs in again, which is also what a removed key version leads to.
    """

    def dumps(self, obj: Any) -> bytes:
        plaintext = json.dumps(obj, separators=(",", ":"))
        return seal(plaintext, scope="public", table="session", column="data", row=_SESSION_ROW).encode()

    def loads(self, data: bytes) -> Any:
        """Errors: Undecryptable, MissingKey."""
        try:
            token = data.decode("ascii")
        except UnicodeDecodeError:
            raise Undecryptable("not a sealed value") from None
        return json.loads(
            open_sealed(token, scope="public", table="session", column="data", row=_SESSION_ROW)
        )


# ---------------------------------------------------------------------------------------------------
# Masks: what is shown unless somebody with the right asks for more, and is written down


def mask_id_number(number: str) -> str:
    """`350428198503150014` -> `350***********0014`: no division, no birth date."""
    return _keep_ends(number, first=3, last=4) if len(number) == 18 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """`+8613800138000` -> `138****8000`; the same from eleven digits."""
    local = phone.removeprefix("+86")
    return _keep_ends(local, first=3, last=4) if len(local) == 11 else "*" * len(local)


def mask_name(name: str) -> str:
    """`张三` -> `张*`, `买买提·吐尔逊` -> `买**`: the first character, and two stars for any longer rest."""
    return name[:1] + "*" * min(len(name) - 1, 2) if len(name) > 1 else "*" * len(name)


def _keep_ends(text: str, *, first: int, last: int) -> str:
    return text[:first] + "*" * (len(text) - first - last) + text[-last:]
