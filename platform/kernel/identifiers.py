"""What people and companies are known by: ID numbers, credit codes, mobile numbers, names, free text.

Every parser takes the value as it came in, returns its one canonical form, and refuses with a
`DomainError` of kind INVALID that names the caller's `field`. Nothing is guessed: full-width digits
are refused, not converted, because what is stored must be what the person can check on the card.
No refusal repeats the value, which may be personal data.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

import phonenumbers
from stdnum.cn import ric, uscc

from kernel.errors import DomainError, Kind, Refusal

ID_NUMBER_FORMAT = Refusal(
    "id_number_format",
    Kind.INVALID,
    zh="身份证号码须为 18 位：17 位半角数字，末位为半角数字或 X",
    en="An ID number is 18 characters: 17 ordinary digits, then a digit or X",
    source="GB 11643-1999",
)
ID_NUMBER_DATE = Refusal(
    "id_number_date",
    Kind.INVALID,
    zh="身份证号码中的出生日期不存在或在将来",
    en="The birth date in the ID number does not exist or is in the future",
    source="GB 11643-1999",
)
ID_NUMBER_CHECKSUM = Refusal(
    "id_number_checksum",
    Kind.INVALID,
    zh="身份证号码校验位不符，请核对",
    en="The ID number's check digit does not fit; please compare it with the card",
    source="GB 11643-1999",
)
CREDIT_CODE_FORMAT = Refusal(
    "credit_code_format",
    Kind.INVALID,
    zh="统一社会信用代码须为 18 位半角数字和大写字母，不含 I、O、S、V、Z",
    en="A unified social credit code is 18 ordinary digits and letters, without I, O, S, V and Z",
    source="GB 32100-2015",
)
CREDIT_CODE_CHECKSUM = Refusal(
    "credit_code_checksum",
    Kind.INVALID,
    zh="统一社会信用代码校验位不符，请核对",
    en="The unified social credit code's check character does not fit; please compare it with the licence",
    source="GB 32100-2015",
)
PHONE_FORMAT = Refusal(
    "phone_format",
    Kind.INVALID,
    zh="手机号码须为 11 位半角数字，可加 +86",
    en="A mobile number is 11 ordinary digits, with or without +86",
)
PHONE_NOT_MOBILE = Refusal(
    "phone_not_mobile",
    Kind.INVALID,
    zh="不是中国大陆的手机号码",
    en="This is not a mobile number of mainland China",
)
NAME_LENGTH = Refusal(
    "name_length",
    Kind.INVALID,
    zh="姓名须为 {minimum} 至 {maximum} 个字",
    en="A name has {minimum} to {maximum} characters",
)
NAME_CHARACTERS = Refusal(
    "name_characters",
    Kind.INVALID,
    zh="姓名中含有不能使用的字符：{character}",
    en="The name holds a character that names do not have: {character}",
)
TEXT_LENGTH = Refusal(
    "text_length",
    Kind.INVALID,
    zh="文字须为 {minimum} 至 {maximum} 个字",
    en="This text has {minimum} to {maximum} characters",
)
TEXT_CHARACTERS = Refusal(
    "text_characters",
    Kind.INVALID,
    zh="文字中含有不能使用的字符：{character}",
    en="The text holds a character that cannot be used: {character}",
)


class Sex(StrEnum):
    """Sex as the ID number carries it: the 17th digit is odd for men, even for women."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A checked ID number and what it says. Its repr leaves out what would identify the person."""

    number: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex
    division: str  # GB/T 2260 code at the time of issue; often retired since, so never a reason to refuse


_ID_SHAPE: Final = re.compile(r"[0-9]{17}[0-9Xx]")
_EARLIEST_BIRTH: Final = date(1900, 1, 1)


def parse_id_number(value: object, *, field: str = "id_number", on: date | None = None) -> IdNumber:
    """The resident ID number (GB 11643-1999), its check letter in upper case.

    `on` is the business day: a birth date after it is refused. Only shape, date and checksum are
    checked. `stdnum.cn.ric.validate` also looks the division up by birth year and so refuses real
    people (codes given since 2021, children registered later); the division is handed back instead.

    Errors: `id_number_format`, `id_number_date`, `id_number_checksum`. The age (16 years, State
    Council Order 364) is the caller's to check with `full_years`.
    """
    if not isinstance(value, str) or not _ID_SHAPE.fullmatch(value):
        raise ID_NUMBER_FORMAT.error(field=field)
    number = value.upper()
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ID_NUMBER_DATE.error(field=field) from None
    if birth < _EARLIEST_BIRTH or (on is not None and birth > on):
        raise ID_NUMBER_DATE.error(field=field)
    if ric.calc_check_digit(number) != number[-1]:
        raise ID_NUMBER_CHECKSUM.error(field=field)
    return IdNumber(
        number=number,
        birth_date=birth,
        sex=Sex.MALE if int(number[16]) % 2 else Sex.FEMALE,
        division=number[:6],
    )


def full_years(birth: date, on: date) -> int:
    """Completed years of age on the day. Who was born on 29 February ages on 1 March in common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


# Registering authority, kind of body, six digits of division, nine of organisation code, check.
_CREDIT_CODE_SHAPE: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY][0-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")


def parse_credit_code(value: object, *, field: str = "credit_code") -> str:
    """The unified social credit code (GB 32100-2015) in upper case.

    The check character is stdnum's. Its `validate` is not used: it demands a digit in first place
    and refuses rural collectives (authority N) and the `Y` of other bodies, who hire too. Whether
    the organisation code keeps its own check character (GB 11714) is not looked at.

    Errors: `credit_code_format`, `credit_code_checksum`.
    """
    code = value.upper() if isinstance(value, str) and value.isascii() else ""
    if not _CREDIT_CODE_SHAPE.fullmatch(code):
        raise CREDIT_CODE_FORMAT.error(field=field)
    if uscc.calc_check_digit(code) != code[-1]:
        raise CREDIT_CODE_CHECKSUM.error(field=field)
    return code


_PHONE_SHAPE: Final = re.compile(r"\+?[0-9](?:[ -]?[0-9]){6,17}")


def parse_phone(value: object, *, field: str = "phone") -> str:
    """A mobile number of mainland China in E.164, `+8613800138000`.

    Takes it with or without +86, 0086 or 86, and with single spaces or hyphens between digits.
    Errors: `phone_format` (full-width digits, letters, extensions), `phone_not_mobile` (landlines,
    other regions, ranges not handed out).
    """
    if not isinstance(value, str) or not _PHONE_SHAPE.fullmatch(value):
        raise PHONE_FORMAT.error(field=field)
    try:
        number = phonenumbers.parse(value, "CN")
    except phonenumbers.NumberParseException:
        raise PHONE_FORMAT.error(field=field) from None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if not mobile or not phonenumbers.is_valid_number_for_region(number, "CN"):
        raise PHONE_NOT_MOBILE.error(field=field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


MIDDLE_DOT: Final = "\u00b7"
_DOTS: Final = dict.fromkeys(
    map(ord, "\u2027\u2022\u30fb\uff65"), MIDDLE_DOT
)  # hyphenation point, bullet, kana
_NAME_JOINERS: Final = frozenset(f"{MIDDLE_DOT} -'\u2019.")
_HANGUL_FILLERS: Final = frozenset("\u115f\u1160")  # letters by category, yet nothing is drawn


def clean_name(value: object, *, field: str = "name", minimum: int = 2, maximum: int = 50) -> str:
    """A person's real name, NFC, `minimum` to `maximum` code points, middle dots written U+00B7.

    Letters of any script, every ideograph of planes 2 and 3 and 〇 are taken, joined by single
    middle dots, spaces, hyphens, apostrophes or full stops. Digits, symbols, emoji, NUL, lone
    surrogates, control, zero-width and direction characters, and the full-width and styled twins of
    ordinary letters are refused.

    Errors: `name_length`, `name_characters` (with the code point, as U+XXXX).
    """
    text = _bounded(value, NAME_LENGTH, field=field, minimum=minimum, maximum=maximum)
    text = text.strip(" ").translate(_DOTS)
    before = ""  # what stands before the character: nothing, a letter or a joiner
    for char in text:
        if _is_name_letter(char):
            before = "letter"
        elif char in _NAME_JOINERS and (before == "letter" or (before == "." and char in " -")):
            before = char
        else:
            raise _unusable(NAME_CHARACTERS, char, field=field)
    if before not in ("", "letter", "."):
        raise _unusable(NAME_CHARACTERS, before, field=field)
    if not minimum <= len(text) <= maximum:
        raise NAME_LENGTH.error(field=field, minimum=minimum, maximum=maximum)
    return text


def _is_name_letter(char: str) -> bool:
    # Planes 2 and 3 hold ideographs only. Asking for a category would refuse the characters that
    # Unicode 15 and 15.1 added for people's names, which Python 3.11 does not know yet.
    point = ord(char)
    if 0x20000 <= point <= 0x3FFFD:
        return point & 0xFFFE != 0xFFFE
    if char == "〇":
        return True
    if not unicodedata.category(char).startswith("L") or char in _HANGUL_FILLERS:
        return False
    return unicodedata.normalize("NFKC", char) == char


_TEXT_FORBIDDEN: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, save tab and newline
    "\ud800-\udfff"  # lone surrogates: neither UTF-8 nor PostgreSQL has them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks make a text read as another
    "\ufeff\ufffe\uffff"
    "]"
)


def clean_text(value: object, field: str, max_len: int, *, min_len: int = 0) -> str:
    """Free text, NFC, outer white space cut off, line ends as newline; length in code points.

    Refuses NUL, lone surrogates, control characters other than newline and tab, and characters that
    turn the reading direction. Emoji and full-width forms are welcome.

    Errors: `text_length`, `text_characters` (with the code point, as U+XXXX).
    """
    text = _bounded(value, TEXT_LENGTH, field=field, minimum=min_len, maximum=max_len)
    text = text.replace("\r\n", "\n").strip(" \t\n\u3000")
    found = _TEXT_FORBIDDEN.search(text)
    if found:
        raise _unusable(TEXT_CHARACTERS, found[0], field=field)
    if not min_len <= len(text) <= max_len:
        raise TEXT_LENGTH.error(field=field, minimum=min_len, maximum=max_len)
    return text


def _bounded(value: object, refusal: Refusal, *, field: str, minimum: int, maximum: int) -> str:
    """The value in NFC. What cannot fit is refused first: normalising long runs of accents is quadratic."""
    if not isinstance(value, str) or len(value) > 4 * maximum + 16:
        raise refusal.error(field=field, minimum=minimum, maximum=maximum)
    return unicodedata.normalize("NFC", value)


def _unusable(refusal: Refusal, char: str, *, field: str) -> DomainError:
    return refusal.error(field=field, character=f"U+{ord(char):04X}")
