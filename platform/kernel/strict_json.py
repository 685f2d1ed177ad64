"""JSON as RFC 8259 means it and PostgreSQL can keep it: nothing that two readers may take differently.

Refused: duplicate member names, NaN and infinities, numbers no double or 53-bit integer holds, NUL
and lone surrogates in texts and names, invalid UTF-8, a byte order mark, deep nesting. orjson keeps
the last of two equal names without a word, so the standard library parses, under hooks.

The usual body is parsed once. Only when a hook objects, or an escape could hide NUL or a surrogate,
is it parsed again into a tree that keeps everything, and walked to name the place of the fault.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from kernel.errors import DomainError, Kind, Refusal

MAX_SAFE_INTEGER: Final = 2**53 - 1

JSON_INVALID = Refusal(
    "json_invalid",
    Kind.MALFORMED,
    zh="不是有效的 JSON（第 {line} 行第 {column} 列）",
    en="This is not valid JSON (line {line}, column {column})",
    source="RFC 8259",
)
JSON_ENCODING = Refusal(
    "json_encoding",
    Kind.MALFORMED,
    zh="请求正文须为 UTF-8 编码（第 {byte} 字节有误）",
    en="The body must be UTF-8 (fault at byte {byte})",
    source="RFC 8259, section 8.1",
)
JSON_BOM = Refusal(
    "json_bom",
    Kind.MALFORMED,
    zh="请求正文不得以字节顺序标记开头",
    en="The body must not begin with a byte order mark",
    source="RFC 8259, section 8.1",
)
JSON_DUPLICATE_KEY = Refusal(
    "json_duplicate_key",
    Kind.MALFORMED,
    zh="同一对象中有重复的名称（{pointer}）",
    en="An object holds the same name twice ({pointer})",
    source="RFC 7493, section 2.3",
)
JSON_NAN = Refusal(
    "json_nan",
    Kind.MALFORMED,
    zh="JSON 中不允许 NaN 和 Infinity（{pointer}）",
    en="JSON has no NaN and no Infinity ({pointer})",
    source="RFC 8259, section 6",
)
JSON_NUMBER_TOO_LARGE = Refusal(
    "json_number_too_large",
    Kind.MALFORMED,
    zh="数字超出可精确表示的范围（{pointer}）",
    en="The number is outside the range that can be kept exactly ({pointer})",
    source="RFC 7493, section 2.2",
)
JSON_NUL = Refusal(
    "json_nul",
    Kind.MALFORMED,
    zh="文字中不得含有空字符 NUL（{pointer}）",
    en="A text must not hold the NUL character ({pointer})",
)
JSON_SURROGATE = Refusal(
    "json_surrogate",
    Kind.MALFORMED,
    zh="文字中含有不成对的代理码（{pointer}）",
    en="A text holds an unpaired surrogate ({pointer})",
    source="RFC 7493, section 2.1",
)
JSON_TOO_DEEP = Refusal(
    "json_too_deep",
    Kind.MALFORMED,
    zh="JSON 嵌套超过 {limit} 层",
    en="The JSON is nested deeper than {limit} levels",
)


def loads(raw: bytes, *, max_depth: int = 32) -> Any:
    """The value that the bytes say: dict, list, str, int, finite float, bool or None.

    `max_depth` counts arrays and objects inside each other; `[]` is 1 deep. Time and memory are
    linear in the length of `raw`, which the caller limits.

    Errors, all MALFORMED: `json_invalid` (params line, column), `json_encoding` (byte), `json_bom`,
    `json_too_deep` (limit), and with a JSON pointer as param and the dotted path as field:
    `json_duplicate_key`, `json_nan`, `json_number_too_large`, `json_nul`, `json_surrogate`.
    """
    text = _decode(raw)
    _check_depth(text, max_depth)
    try:
        value = _STRICT.decode(text)
    except json.JSONDecodeError as fault:
        raise JSON_INVALID.error(line=fault.lineno, column=fault.colno) from None
    except _Suspect:
        _name_the_fault(text)
        raise AssertionError("a hook objected to JSON in which the walk finds nothing") from None
    if _RISKY_ESCAPE.search(text):
        _walk(_LENIENT.decode(text), ())
    return value


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise JSON_BOM.error()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        at = fault.start
        if raw[at] == 0xED and b"\xa0" <= raw[at + 1 : at + 2] <= b"\xbf":  # a surrogate's three bytes
            raise JSON_SURROGATE.error(pointer=f"byte {at}") from None
        raise JSON_ENCODING.error(byte=at) from None
    if "\x00" in text:
        raise JSON_NUL.error(pointer=f"byte {raw.index(0)}")
    return text


# A string, closed or cut short, or a bracket. Possessive, so hostile input cannot make it try twice.
_STRING_OR_BRACKET: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


def _check_depth(text: str, limit: int) -> None:
    """Counts before parsing: the parser recurses, and would meet the interpreter's limit instead of ours."""
    if text.count("[") + text.count("{") <= limit:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        first = text[token.start()]
        if first in "[{":
            depth += 1
            if depth > limit:
                raise JSON_TOO_DEEP.error(limit=limit)
        elif first != '"':
            depth -= 1


class _Suspect(Exception):
    """A hook saw something to refuse; where it stands is found by walking."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Suspect
    return members


def _safe_int(digits: str) -> int:
    # 2**53 - 1 has 16 digits; the length comes first because int() refuses beyond 4,300 digits.
    if len(digits) > 17 or abs(number := int(digits)) > MAX_SAFE_INTEGER:
        raise _Suspect
    return number


def _finite_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _Suspect
    return number


def _no_constant(_name: str) -> NoReturn:
    raise _Suspect


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_safe_int, parse_float=_finite_float, parse_constant=_no_constant
)

# \u0000 and \ud800 to \udfff. May stand behind an escaped backslash or in a pair: only the walk can tell.
_RISKY_ESCAPE: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NUL_OR_SURROGATE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Members:
    pairs: list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class _Refused:
    refusal: Refusal


def _lenient_int(digits: str) -> int | _Refused:
    try:
        return _safe_int(digits)
    except _Suspect:
        return _Refused(JSON_NUMBER_TOO_LARGE)


def _lenient_float(digits: str) -> float | _Refused:
    try:
        return _finite_float(digits)
    except _Suspect:
        return _Refused(JSON_NUMBER_TOO_LARGE)


_LENIENT: Final = json.JSONDecoder(
    object_pairs_hook=_Members,
    parse_int=_lenient_int,
    parse_float=_lenient_float,
    parse_constant=lambda _name: _Refused(JSON_NAN),
)

_Path = tuple[str, ...]


def _name_the_fault(text: str) -> None:
    """Raises for the first fault in document order, or for the syntax error that comes after it."""
    try:
        tree = _LENIENT.decode(text)
    except json.JSONDecodeError as fault:
        raise JSON_INVALID.error(line=fault.lineno, column=fault.colno) from None
    _walk(tree, ())


def _walk(node: Any, path: _Path) -> None:
    """Recursion is bounded by the depth already checked."""
    match node:
        case _Refused(refusal):
            raise _at(refusal, path)
        case str():
            _check_text(node, path)
        case list():
            for index, item in enumerate(node):
                _walk(item, (*path, str(index)))
        case _Members(pairs):
            seen: set[str] = set()
            for name, item in pairs:
                _check_text(name, path)
                if name in seen:
                    raise _at(JSON_DUPLICATE_KEY, (*path, name))
                seen.add(name)
                _walk(item, (*path, name))


def _check_text(text: str, path: _Path) -> None:
    found = _NUL_OR_SURROGATE.search(text)
    if found:
        raise _at(JSON_NUL if found[0] == "\x00" else JSON_SURROGATE, path)


def _at(refusal: Refusal, path: _Path) -> DomainError:
    """The refusal with its place: dotted field and `#/pointer` (RFC 6901), cut where names run long."""
    pointer = "#" + "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
    return refusal.error(field=".".join(path)[:200] or None, pointer=pointer[:200])
