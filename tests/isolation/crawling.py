"""Walking through every door with somebody's rights, and looking for other people's words in the answers."""

from __future__ import annotations

import base64
import binascii
import io
import itertools
import json
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.doors.rest import Caller, new_key
from tests.isolation.planting import Planted

# Whoever registers in another county is one of its people from then on, and reads what they read: that is
# everybody's right. The clock is everybody's, and a sandbox shows the codes of any number to who plays in it.
LEFT_OUT = {
    *("register_worker", "register_employer", "attach_worker", "grant_role"),
    *("set_clock", "show_sms", "look_up_sms"),
}
# What two counties may both have says nothing about whose it is.
_SHARED = {"code", "insurer", "layer", "month", "trade"}
_QUERY = {
    "first": "2026-01-01",
    "last": "2035-12-31",
    "from_month": "2026-01",
    "to_month": "2026-12",
    "month": "2026-08",
    "name": "a.pdf",
}
_WORD = re.compile(r"cnry\d{6}[a-z]+[0-9a-f]{10}")
_PACKED = re.compile(r"[A-Za-z0-9+/]{24,}")
Ids = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Operation:
    """One verb of a document: where it is, and what has to be sent."""

    name: str
    method: str
    path: str
    queries: tuple[str, ...]
    example: Any

    @property
    def params(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.path))

    def addresses(self, ids: Ids) -> Iterator[str]:
        """With every id that there is for its places."""
        for values in itertools.product(
            *(ids.get(name, ["01a20b48-8733-7a5e-a11d-433594bb2145"]) for name in self.params)
        ):
            path = self.path
            for name, value in zip(self.params, values, strict=True):
                path = path.replace(f"{{{name}}}", value)
            asked = [f"{name}={self._asked(name, ids)}" for name in self.queries]
            yield path.lstrip("/") + ("?" + "&".join(asked) if asked else "")

    @staticmethod
    def _asked(name: str, ids: Ids) -> str:
        known = ids.get({"against": "table_id"}.get(name, name))
        return known[0] if known else _QUERY[name]

    def concerns(self, ids: Ids) -> bool:
        """Whether it names something that is one county's alone."""
        return any(name in ids and name not in _SHARED for name in (*self.params, *_names(self.example)))

    def body(self, ids: Ids, secrets: Mapping[str, str]) -> Any:
        return _replaced(self.example, {**{name: values[0] for name, values in ids.items()}, **secrets})


def operations(document: Any) -> list[Operation]:
    found = []
    for path, verbs in document["paths"].items():
        for method, verb in verbs.items():
            if isinstance(verb, dict) and verb["operationId"] not in LEFT_OUT:
                found.append(Operation(verb["operationId"], method.upper(), path, *_wants(document, verb)))
    return found


def _wants(document: Any, verb: Any) -> tuple[tuple[str, ...], Any]:
    queries = tuple(
        one["name"]
        for one in verb.get("parameters") or ()
        if one.get("in") == "query" and one.get("required")
    )
    content = (verb.get("requestBody") or {}).get("content", {}).get("application/json", {})
    examples = [one["value"] for one in content.get("examples", {}).values()]
    if examples:
        return queries, examples[0]
    schema = content.get("schema", {})
    schema = document["components"]["schemas"].get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    return queries, dict.fromkeys(schema.get("properties", ()), "x")


def _names(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        for name, value in body.items():
            yield name
            yield from _names(value)
    elif isinstance(body, list):
        for value in body:
            yield from _names(value)


def _replaced(body: Any, values: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {
            name: values[name]
            if name in values and not isinstance(value, (dict, list))
            else _replaced(value, values)
            for name, value in body.items()
        }
    return [_replaced(value, values) for value in body] if isinstance(body, list) else body


def document(address: str) -> Any:
    """An OpenAPI document as anybody gets it."""
    response = Client().get(address)
    assert response.status_code == 200
    return json.loads(response.content)


class Marks:
    """Every canary of every county, and whose it is. JSON escapes, archives and base64 are looked into."""

    def __init__(self, planted: Iterable[Planted]) -> None:
        self._owner: dict[str, tuple[str, str]] = {}
        self.personal: set[tuple[str, str]] = set()
        for one in planted:
            for place, mark in one.marks.items():
                self._owner[mark] = (one.county.slug, place)
            self.personal |= {(one.county.slug, place) for place in one.personal}
        self._others = [mark for mark in self._owner if not _WORD.fullmatch(mark)]

    def find(self, content: Any) -> set[tuple[str, str]]:
        """(county, place) of each canary in it."""
        found: set[tuple[str, str]] = set()
        for text in _texts(content):
            found |= {self._owner[word] for word in _WORD.findall(text) if word in self._owner}
            found |= {self._owner[mark] for mark in self._others if mark in text}
        return found


def _texts(content: Any) -> Iterator[str]:
    """What can be read in it, however it is wrapped."""
    if not isinstance(content, (bytes, str)):
        yield (text := json.dumps(content, ensure_ascii=False, default=str))
        yield from _unpacked(text)
        return
    raw = content.encode() if isinstance(content, str) else content
    yield (text := raw.decode("utf-8", "replace"))
    yield from _unpacked(text)
    if "\\u" in text:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    if raw.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for name in archive.namelist():
                yield name
                yield archive.read(name).decode("utf-8", "replace")


def _unpacked(text: str) -> Iterator[str]:
    for run in _PACKED.findall(text.replace("-", "+").replace("_", "/")):
        try:
            yield base64.b64decode(run + "=" * (-len(run) % 4)).decode("utf-8", "replace")
        except binascii.Error:
            continue


@dataclass
class Crawl:
    """What was seen. `leaks` names the verb and the canary, `seen` is what was theirs to see; `done` are the
    verbs of change that succeeded with what belongs to others."""

    marks: Marks
    home: str
    leaks: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)

    def ask(self, caller: Caller, who: str, method: str, address: str, body: Any = None) -> int:
        answer = caller.send(method, address, body, key=new_key() if method != "GET" else None)
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        assert answer.status < 500, (who, method, address, answer.body)
        sent = self.marks.find([address, body])  # to hear again what one has said tells nothing
        for content in (answer.body, str(answer.headers)):
            self.look(f"{who}: {method} {address}", content, sent)
        return int(answer.status)

    def look(self, where: str, content: Any, sent: Collection[tuple[str, str]] = ()) -> None:
        for county, place in self.marks.find(content).difference(sent):
            if county == self.home:
                self.seen.add(place)
            else:
                self.leaks.append(f"{where} shows {place} of {county}")


def at_home(
    crawl: Crawl, doors: Mapping[str, list[Operation]], callers: Mapping[str, Caller], home: Planted
) -> None:
    """Everything that the county's own people can read."""
    for who, caller in callers.items():
        for prefix, found in doors.items():
            for verb in found:
                if verb.method == "GET":
                    for address in verb.addresses(home.ids):
                        crawl.ask(caller, who, "GET", f"{prefix.format(home.county.slug)}/{address}")


def abroad(
    crawl: Crawl,
    doors: Mapping[str, list[Operation]],
    callers: Mapping[str, Caller],
    home: Planted,
    others: Sequence[Planted],
) -> None:
    """Every verb with another county's ids and secrets, at the own door and at the other's; the other county
    changes from verb to verb."""
    turns = itertools.cycle(others)
    for who, caller in callers.items():
        for prefix, found in doors.items():
            for verb in found:
                other = next(turns)
                secrets = {"phone": other.marks["worker_phone"], "id_number": other.marks["worker_id_number"]}
                body = None if verb.method == "GET" else verb.body(other.ids, secrets)
                own = verb.concerns({**other.ids, **{name: [value] for name, value in secrets.items()}})
                at = [other.county.slug, home.county.slug] if own else [other.county.slug]
                for address, slug in itertools.product(verb.addresses(other.ids), at):
                    status = crawl.ask(caller, who, verb.method, f"{prefix.format(slug)}/{address}", body)
                    if verb.method != "GET" and status < 300:
                        crawl.done.add(verb.name)
