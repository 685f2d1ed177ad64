"""What people and companies are known by. All numbers here are made up."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError, Kind
from kernel.identifiers import (
    Sex,
    clean_name,
    clean_text,
    full_years,
    parse_credit_code,
    parse_id_number,
    parse_phone,
)

DAY = date(2025, 11, 23)


def refused(call, *args, **kwargs) -> str:
    """The refusal's code; the refusal is a 422 that names the field and does not repeat the value."""
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    error = caught.value
    assert error.kind is Kind.INVALID
    assert error.field
    for lang in ("zh", "en"):
        assert error.text(lang)
        assert "…" not in error.text(lang), "a parameter of the text is missing"
        if args and isinstance(args[0], str) and len(args[0]) > 7:
            assert args[0] not in error.text(lang)
    return error.code


def full_width(text: str) -> str:
    """What a Chinese keyboard types when it is set to wide characters."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


def id_number(first_17: str) -> str:
    """With its check digit, worked out from the standard's own weights and not by the library under test."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first_17))
    return first_17 + "10X98765432"[total % 11]


# --- ID numbers


@pytest.mark.parametrize(
    ("number", "birth", "sex", "division"),
    [
        ("350428198503150014", date(1985, 3, 15), Sex.MALE, "350428"),
        ("350402199001010020", date(1990, 1, 1), Sex.FEMALE, "350402"),
        ("350481196712241230", date(1967, 12, 24), Sex.MALE, "350481"),
    ],
)
def test_id_number_says_birth_sex_and_division(number, birth, sex, division):
    parsed = parse_id_number(number, on=DAY)
    assert (parsed.number, parsed.birth_date, parsed.sex, parsed.division) == (number, birth, sex, division)


@pytest.mark.parametrize("division", ["350404", "350405", "350403", "350427", "999999", "810000"])
@pytest.mark.parametrize("birth", ["19650101", "20040229"])
def test_division_is_never_a_reason_to_refuse(division, birth):
    # The stock validator refuses holders of codes given in 2021 who were born before, and of retired ones.
    assert parse_id_number(id_number(division + birth + "001"), on=DAY).division == division


def test_lower_case_check_letter_becomes_upper_case():
    number = next(n for n in (id_number(f"35042819850315{i:03}") for i in range(100)) if n.endswith("X"))
    assert parse_id_number(number.lower()) == parse_id_number(number)
    assert parse_id_number(number.lower()).number == number


@pytest.mark.parametrize(
    "value",
    [
        "",
        "35042819850315001",
        "3504281985031500144",
        "350428850315001",  # the 15 digits of the first generation
        full_width("350428198503150014"),
        full_width("3") + "50428198503150014",
        "35042819850315001" + full_width("X"),
        "35042819850315001Х",  # a Cyrillic letter
        "3504281985031500१4",
        "350428-19850315-0014",
        " 350428198503150014",
        "350428198503150014\n",
        "350428198503150014\x00",
        "35042819850315X014",
        None,
        350428198503150014,
        ["350428198503150014"],
    ],
)
def test_id_number_of_another_shape_is_refused(value):
    assert refused(parse_id_number, value) == "id_number_format"


@pytest.mark.parametrize("check", "0123567890X")
def test_wrong_check_digit_is_refused(check):
    assert refused(parse_id_number, "35042819850315001" + check) == "id_number_checksum"


@pytest.mark.parametrize(
    "birth", ["19850229", "19000229", "19851301", "19850001", "19850431", "00000101", "18991231"]
)
def test_date_that_never_was_is_refused(birth):
    assert refused(parse_id_number, id_number("350428" + birth + "001"), on=DAY) == "id_number_date"
    # also when the check digit is wrong as well: the date is what the person can see
    assert refused(parse_id_number, "350428" + birth + "0019", on=DAY) == "id_number_date"


@pytest.mark.parametrize("birth", ["20000229", "19840229", "19000101", DAY.strftime("%Y%m%d")])
def test_real_dates_pass(birth):
    assert parse_id_number(id_number("350428" + birth + "001"), on=DAY).birth_date.strftime("%Y%m%d") == birth


def test_birth_after_today_is_refused():
    tomorrow = (DAY + timedelta(days=1)).strftime("%Y%m%d")
    assert refused(parse_id_number, id_number(f"350428{tomorrow}001"), on=DAY) == "id_number_date"


def test_field_is_the_callers():
    with pytest.raises(DomainError) as caught:
        parse_id_number("1", field="heir.id_number")
    assert caught.value.field == "heir.id_number"


def test_repr_gives_nobody_away():
    assert "1985" not in repr(parse_id_number("350428198503150014"))


@given(st.dates(date(1940, 1, 1), DAY), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_any_one_wrong_digit_is_noticed(birth, order, place, shift):
    number = id_number(f"350428{birth:%Y%m%d}{order:03}")
    assert parse_id_number(number, on=DAY).birth_date == birth
    other = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(DomainError):
        parse_id_number(other)


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        (date(2009, 11, 23), DAY, 16),
        (date(2009, 11, 24), DAY, 15),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2008, 2, 29), date(2025, 2, 28), 16),
        (date(2008, 2, 29), date(2025, 3, 1), 17),
        (DAY, DAY, 0),
    ],
)
def test_full_years(birth, on, years):
    assert full_years(birth, on) == years


# --- credit codes


@pytest.mark.parametrize("code", ["91350428MA31ABCD0A", "91110000600037341L"])
def test_credit_code(code):
    assert parse_credit_code(code) == code
    assert parse_credit_code(code.lower()) == code


def test_rural_collectives_and_other_bodies_may_hire():
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for first_17 in ("N2350428MF1234567", "Y1350428MA3123456", "A1350428MA3123456"):
        total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(first_17))
        code = first_17 + alphabet[-total % 31]
        assert parse_credit_code(code) == code


@pytest.mark.parametrize(
    "value",
    [
        "",
        "91350428MA31ABCD0",
        "91350428MA31ABCD0AA",
        "91350428MA31ABCDOA",
        "9135O428MA31ABCD0A",
        full_width("91350428MA31ABCD0A"),
        "91350428-MA31ABCD0-A",
        "91350428MA31ABCD0A\n",
        "9135042\u017fMA31ABCD0A",  # upper-cases to an ordinary S
        None,
        91,
    ],
)
def test_credit_code_of_another_shape_is_refused(value):
    assert refused(parse_credit_code, value) == "credit_code_format"


def test_wrong_credit_code_check_is_refused():
    assert refused(parse_credit_code, "91350428MA31ABCD0B") == "credit_code_checksum"
    assert refused(parse_credit_code, "91350482MA31ABCD0A") == "credit_code_checksum"


# --- phones


@pytest.mark.parametrize(
    "value",
    [
        "13800138000",
        "+8613800138000",
        "008613800138000",
        "+86 138 0013 8000",
        "138-0013-8000",
        "8613800138000",
    ],
)
def test_mobile_number_in_e164(value):
    assert parse_phone(value) == "+8613800138000"


@pytest.mark.parametrize(
    "value",
    [
        "",
        full_width("13800138000"),
        full_width("+8613800138000"),
        "1380013800" + full_width("0"),
        "1380013800a",
        "13800138000 ext 5",
        "13800138000\n",
        "138  0013 8000",
        "(138)00138000",
        "1" * 400,
        None,
        13800138000,
    ],
)
def test_phone_of_another_shape_is_refused(value):
    assert refused(parse_phone, value) == "phone_format"


@pytest.mark.parametrize(
    "value",
    [
        "0598-2345678",
        "10000000000",
        "1380013800",
        "138001380000",
        "+85291234567",
        "+12025550123",
        "14100000000",
        "95588001",
    ],
)
def test_other_numbers_are_no_mobile(value):
    assert refused(parse_phone, value) == "phone_not_mobile"


# --- names


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "𠮷田",
        "李𠮷",
        "买买提·吐尔逊",
        "欧阳娜娜",
        "周〇",
        "John Smith",
        "J. Smith",
        "Anne-Marie O’Neil",
        "Nguyễn Văn An",
    ],
)
def test_real_names_pass_unchanged(name):
    assert clean_name(name) == name


@pytest.mark.parametrize("point", [0x2EBF0, 0x2EE5D, 0x31350, 0x323AF, 0x20BB7, 0x9FFF, 0x4DB5])
def test_rare_ideographs_pass_whether_or_not_python_knows_them(point):
    assert clean_name("王" + chr(point)) == "王" + chr(point)


@pytest.mark.parametrize("dot", "·‧•・･\u0387")
def test_every_middle_dot_becomes_the_one(dot):
    assert clean_name(f"阿依{dot}古丽") == "阿依·古丽"


def test_name_is_composed():
    assert clean_name("Jose\u0301") == "José"
    assert clean_name("林\ufa10") == "林\u585a"  # a compatibility ideograph is the ordinary one


@pytest.mark.parametrize(
    "name",
    [
        "张\x00三",
        "张\ud842",
        "\udfb7张",
        "张\u200b三",
        "张\u202e三",
        "张\ufeff三",
        "张\u2066三",
        "张\u00ad三",
        "张\ufe0f三",
        "张\U000e0100三",
        "张3",
        "张" + full_width("3"),
        "张٣",
        "张①",
        "张😀",
        "张三!",
        "<b>张三</b>",
        "张\n三",
        "张\u3000三",
        full_width("John"),
        "𝐉ohn",
        "张\u1160",
        "张\u3164",
        "张\ue863",
        "张\U0002ffff",
        "·张三",
        "张三·",
        "张··三",
        "张· 三",
        "张三..",
        "Jose\u0301\u0301",
    ],
)
def test_what_names_do_not_have_is_refused(name):
    assert refused(clean_name, name) == "name_characters"


@pytest.mark.parametrize(
    "name", ["", " ", "张", " 张 ", "张" * 51, "张" * 100_000, "\u0301" * 100_000, None, 12, ["张三"]]
)
def test_name_of_wrong_length_is_refused(name):
    assert refused(clean_name, name) == "name_length"


def test_name_lengths_count_characters_not_code_units():
    assert len(clean_name("𠮷" * 50)) == 50
    assert clean_name("  张三 ") == "张三"


def outcome(call, *args) -> tuple[str | None, str]:
    """What came back, and the code of the refusal."""
    try:
        return call(*args), ""
    except DomainError as error:
        return None, error.code


@given(st.text(max_size=60))
def test_any_text_is_a_clean_name_or_refused(text):
    name, code = outcome(clean_name, text)
    assert code in {"", "name_characters", "name_length"}
    if name is None:
        return
    assert clean_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    name.encode()
    assert not any(char.isdigit() or unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in name)


# --- free text


def test_text_keeps_lines_tabs_emoji_and_rare_characters():
    text = "搬砖 10 人\n\t自带手套 👷‍♀️ 𠮷" + full_width("12")
    assert clean_text(text, "note", 100) == text


def test_text_is_composed_trimmed_and_its_line_ends_are_one_kind():
    assert clean_text("  cafe\u0301\r\n第二行\u3000\n", "note", 20) == "café\n第二行"


@pytest.mark.parametrize("char", "\x00\x01\x0b\r\x1b\x7f\x85\ud800\udfff\u202e\u2066\u200f\ufeff\uffff")
def test_text_with_unusable_characters_is_refused(char):
    assert refused(clean_text, f"前{char}后", "note", 100) == "text_characters"


@pytest.mark.parametrize("value", [None, 5, {}, "字" * 11, "字" * 10_000_000, " ", ""])
def test_text_of_wrong_length_is_refused(value):
    assert refused(clean_text, value, "note", 10, min_len=1) == "text_length"


def test_text_may_be_empty_unless_told_otherwise():
    assert clean_text("", "note", 10) == ""


@given(st.text(max_size=200), st.integers(0, 200))
def test_any_text_is_clean_or_refused(text, limit):
    clean, code = outcome(clean_text, text, "note", limit)
    assert code in {"", "text_characters", "text_length"}
    if clean is None:
        return
    assert len(clean) <= limit
    assert "\x00" not in clean
    clean.encode()
    assert clean_text(clean, "note", limit) == clean
