"""JSON that two readers cannot take differently, and that no input brings down."""

from __future__ import annotations

import json
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError, Kind
from kernel.strict_json import MAX_SAFE_INTEGER, loads


def refusal(raw: bytes, **kwargs) -> DomainError:
    with pytest.raises(DomainError) as caught:
        loads(raw, **kwargs)
    error = caught.value
    assert error.kind is Kind.MALFORMED
    for lang in ("zh", "en"):
        assert "…" not in error.text(lang), "a parameter of the text is missing"
        error.text(lang).encode()
    return error


def refused(raw: bytes, **kwargs) -> str:
    return refusal(raw, **kwargs).code


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"{}", {}),
        (b' [1, -0, 2.5, true, null, "a"]\r\n\t', [1, 0, 2.5, True, None, "a"]),
        (b'"\\ud83d\\ude00"', "😀"),
        ('"𠮷·"'.encode(), "𠮷·"),
        (b'"\\\\u0000 \\\\ud800"', "\\u0000 \\ud800"),
        (b'{"a":{"b":1},"c":{"b":1}}', {"a": {"b": 1}, "c": {"b": 1}}),
        (b'{"":1}', {"": 1}),
        (b"9007199254740991", MAX_SAFE_INTEGER),
        (b"-9007199254740991", -MAX_SAFE_INTEGER),
        (b"1e-400", 0.0),
    ],
)
def test_ordinary_json(raw, value):
    assert loads(raw) == value


def test_numbers_keep_their_kind():
    # 300.0 is no whole number of fen: whoever asks for int must be able to see the difference
    assert type(loads(b"300")) is int
    assert type(loads(b"300.0")) is float
    assert type(loads(b"3e2")) is float


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  ",
        b"{",
        b"[1,]",
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a" 1}',
        b"[1] [2]",
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"0x10",
        b"nan",
        b"undefined",
        b'"tab\there"',
        b'"\\x41"',
        b'"\\u12"',
        b'"open',
        b'"open\\',
        b"// x\n1",
        b"]",
        b"\x0b1",
        "\uff11".encode(),  # a full-width digit
        b"\xc2\xa01",
    ],
)
def test_not_json(raw):
    assert refused(raw) == "json_invalid"


def test_place_of_a_syntax_error():
    error = refusal(b'{\n  "a": 1,\n  "b": }')
    assert (error.params["line"], error.params["column"]) == (3, 8)


@pytest.mark.parametrize(
    ("raw", "field", "pointer"),
    [
        (b'{"a":1,"a":1}', "a", "#/a"),
        (b'{"pay":{"amount_fen":1,"x":[],"amount_fen":2}}', "pay.amount_fen", "#/pay/amount_fen"),
        (b'[0,{"a/b":{"~":1,"~":2}}]', "1.a/b.~", "#/1/a~1b/~0"),
        (b'{"a":1,"\\u0061":2}', "a", "#/a"),
    ],
)
def test_duplicate_key_is_refused_at_its_place(raw, field, pointer):
    error = refusal(raw)
    assert (error.code, error.field, error.params["pointer"]) == ("json_duplicate_key", field, pointer)


@pytest.mark.parametrize("literal", [b"NaN", b"Infinity", b"-Infinity"])
def test_nan_and_infinity_are_refused(literal):
    assert refused(literal) == "json_nan"
    assert refusal(b'{"pay":[1,' + literal + b"]}").field == "pay.1"


@pytest.mark.parametrize(
    "number",
    [
        b"9007199254740992",
        b"-9007199254740992",
        b"99999999999999999999",
        b"9" * 5_000,
        b"-" + b"9" * 5_000,
        b"9" * 1_000_000,
        b"1e400",
        b"-1e400",
        b"1E999999999999",
        b"9" * 5_000 + b".5",
    ],
)
def test_numbers_out_of_range_are_refused(number):
    assert refused(number) == "json_number_too_large"
    error = refusal(b'{"wage_fen": ' + number + b"}")
    assert (error.code, error.field) == ("json_number_too_large", "wage_fen")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'"\\u0000"', "json_nul"),
        (b'{"\\u0000":1}', "json_nul"),
        (b'"\x00"', "json_nul"),
        (b"\x00", "json_nul"),
        (b'"\\ud800"', "json_surrogate"),
        (b'"\\uDFFF"', "json_surrogate"),
        (b'"\\ude00\\ud83d"', "json_surrogate"),
        (b'{"\\ud842":1}', "json_surrogate"),
        (b'"\\\\\\ud800"', "json_surrogate"),
        (b'"\xed\xa0\x80"', "json_surrogate"),
        (b'"\xed\xbf\xbf"', "json_surrogate"),
        (b'"\xed\xa0\xbd\xed\xb8\x80"', "json_surrogate"),  # CESU-8
        (b'"\xff"', "json_encoding"),
        (b'"\xc0\x80"', "json_encoding"),
        (b'"\xf4\x90\x80\x80"', "json_encoding"),
        (b'"\xed', "json_encoding"),
        ('"中"'.encode("gb18030"), "json_encoding"),
        (b"\xef\xbb\xbf{}", "json_bom"),
        ("{}".encode("utf-16"), "json_bom"),
        ("{}".encode("utf-16-le"), "json_nul"),
    ],
)
def test_texts_that_cannot_be_kept_are_refused(raw, code):
    assert refused(raw) == code


def test_first_fault_in_the_document_is_the_one_named():
    assert refusal(b'{"a":["\\u0000"],"b":NaN,"b":1}').field == "a.0"
    assert refused(b'{"a":1,"a":2') == "json_invalid"


def test_depth():
    assert loads(b"[" * 32 + b"]" * 32)
    assert refused(b"[" * 33 + b"]" * 33) == "json_too_deep"
    assert refused(b"[[1]]", max_depth=1) == "json_too_deep"
    assert loads(b"[" + b"[]," * 1_000 + b"{}]", max_depth=2)
    assert loads(json.dumps(["[{" * 1_000, '"[[\\"[['] * 20).encode(), max_depth=1)
    assert refused(b'{"a":' * 40 + b"1" + b"}" * 40) == "json_too_deep"


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000,
        b'[{"a":' * 1_000_000,
        b"]" * 9_000 + b"[" * 9_000,
    ],
)
def test_deepest_input_is_refused_without_recursion(raw):
    before = sys.getrecursionlimit()
    assert refused(raw) in {"json_too_deep", "json_invalid"}
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize(
    "raw",
    [
        b'"' + b'\\"' * 500_000 + b"[" * 40,
        b'"' * 500_000 + b"[" * 40,
        b"\\" * 500_000 + b"[" * 40,
        b'[{"\\' * 200_000,
    ],
)
def test_broken_strings_cost_linear_time(raw):
    # the depth scan once tried each escaped quote as a beginning; at this size that took hours
    assert refused(raw) in {"json_invalid", "json_too_deep"}


def test_long_names_are_cut_in_the_refusal():
    name = b"n" * 100_000
    error = refusal(b'{"' + name + b'":1,"' + name + b'":2}')
    assert error.field is not None
    assert len(error.field) <= 200
    assert len(error.params["pointer"]) <= 200


safe_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | safe_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(safe_text, inner, max_size=4),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_what_json_can_say_comes_back(value, ascii_only, indent):
    assert loads(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) == value


fragments = st.lists(
    st.sampled_from(
        [
            b"{",
            b"}",
            b"[",
            b"]",
            b'"',
            b",",
            b":",
            b'"a"',
            b"1",
            b"-",
            b"1e999",
            b"NaN",
            b"\\",
            b"\\u0000",
            b"\\ud800",
            b"\xed\xa0\x80",
            b"\x00",
        ]
    )
    | st.binary(max_size=3),
    max_size=40,
).map(b"".join)


@given(fragments)
def test_any_bytes_are_a_value_or_refused(raw):
    try:
        value = loads(raw)
    except DomainError:
        return
    again = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    assert "\x00" not in again.decode()
    assert loads(again) == value
    assert not (isinstance(value, float) and math.isinf(value))
