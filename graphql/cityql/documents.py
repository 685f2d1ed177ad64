"""Kept documents: queries that lie in `persisted/`, one a file, and are asked for by name or by hash.

A dashboard then sends a name instead of a page of text, and a city that switches the setting on takes from
its analysts nothing else. A kept document is measured like any other, each time, with the variables sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings

from cityql.errors import DOCUMENT_HASH, DOCUMENT_UNKNOWN, DOCUMENTS_ONLY
from cityql.incoming import Asked
from kernel.actor import Actor

FOLDER: Final = Path(__file__).with_name("persisted")
OWN_QUERIES: Final = "city:query"
"""Scope of those who may send text of their own even where kept documents alone are taken."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it lies in its file, whose name it has; `sha256` is of its bytes, in lower-case hex."""

    name: str
    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class Documents:
    by_name: Mapping[str, Kept]
    by_hash: Mapping[str, Kept]


@lru_cache(maxsize=1)
def kept() -> Documents:
    """Every kept document; read once a process."""
    found = [_kept(path) for path in sorted(FOLDER.glob("*.graphql"))]
    return Documents(
        by_name={document.name: document for document in found},
        by_hash={document.sha256: document for document in found},
    )


def _kept(path: Path) -> Kept:
    raw = path.read_bytes()
    return Kept(name=path.stem, sha256=sha256(raw).hexdigest(), source=raw.decode())


def source_of(asked: Asked, actor: Actor) -> str:
    """The text to run. Raises `graphql_document_unknown`, `graphql_document_hash` for a hash that is not that
    of the text sent along, `graphql_documents_only` where text of one's own is not taken."""
    documents = kept()
    if asked.document_id is not None:
        if asked.document_id not in documents.by_name:
            raise DOCUMENT_UNKNOWN.error(field="documentId")
        return documents.by_name[asked.document_id].source
    if asked.query is None:
        if asked.sha256 is None or asked.sha256 not in documents.by_hash:
            raise DOCUMENT_UNKNOWN.error(field="extensions.persistedQuery.sha256Hash")
        return documents.by_hash[asked.sha256].source
    digest = sha256(asked.query.encode()).hexdigest()
    if asked.sha256 is not None and asked.sha256 != digest:
        raise DOCUMENT_HASH.error(field="extensions.persistedQuery.sha256Hash")
    if settings.LINGGONG_GRAPHQL_PERSISTED_ONLY and digest not in documents.by_hash:
        _may_write(actor)
    return asked.query


def _may_write(actor: Actor) -> None:
    if not actor.has(OWN_QUERIES):
        raise DOCUMENTS_ONLY.error(field="query")
