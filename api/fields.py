"""Strict inputs: a field takes exactly what it says, converts nothing and names itself in every refusal.

DRF's own fields turn "1", true and 1.0 into 1 and drop what they do not know; where money is near
that hides mistakes. These keep DRF's declarations (so the OpenAPI is drawn from them) and parse on
their own. Query parameters go through the same fields by `parse_text`.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.fields import empty

from api.errors import (
    BASE64_INVALID,
    CHOICE_UNKNOWN,
    DAY_INVALID,
    FIELD_MISSING,
    FIELD_NULL,
    ID_MALFORMED,
    LIST_LENGTH,
    MOMENT_INVALID,
    NUMBER_RANGE,
    UNKNOWN_FIELD,
    WRONG_TYPE,
)
from kernel.errors import DomainError
from kernel.identifiers import clean_name, clean_text, parse_credit_code, parse_id_number, parse_phone
from kernel.money import MAX_FEN, check_fen

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
_DECIMAL = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,12})?\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})\Z"
)


class Refused(Exception):
    """One or more inputs were refused; the first speaks for all."""

    def __init__(self, errors: list[DomainError]) -> None:
        super().__init__(errors[0].code)
        self.errors = errors


def parse_uuid(value: object, field: str) -> UUID:
    """The identifier, or `id_malformed`."""
    if not isinstance(value, str) or not _UUID.match(value):
        raise ID_MALFORMED.error(field=field)
    return UUID(value)


class Strict(serializers.Field):
    """Base of the strict fields. A subclass says what it makes of a JSON value."""

    wants: ClassVar[tuple[str, str]] = ("值", "value")

    def run_validation(self, data: Any = empty) -> Any:
        if data is empty:
            if self.required:
                raise FIELD_MISSING.error(field=self.field_name)
            return None if self.default is empty else self.default
        if data is None:
            if self.allow_null:
                return None
            raise FIELD_NULL.error(field=self.field_name)
        return self.parse(data)

    def parse(self, value: Any) -> Any:
        raise NotImplementedError

    def parse_text(self, value: str) -> Any:
        """The same out of a query string."""
        return self.parse(value)

    def wrong_type(self) -> DomainError:
        return WRONG_TYPE.error(field=self.field_name, wants_zh=self.wants[0], wants=self.wants[1])

    @property
    def named(self) -> str:
        return self.field_name or "value"


class Text(Strict, serializers.CharField):
    """Free text, cleaned by the kernel. `min_length` 1 unless said otherwise."""

    wants = ("文字", "text")

    def __init__(self, *, max_length: int, min_length: int = 1, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, min_length=min_length, allow_blank=min_length == 0, **kwargs)

    def parse(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.wrong_type()
        return clean_text(value, self.named, self.max_length or 0, min_len=self.min_length or 0)


class Raw(Strict, serializers.CharField):
    """Text that a parser of its own looks at in the use case (an ID number, a phone, a name)."""

    wants = ("文字", "text")

    def __init__(self, *, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def parse(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.wrong_type()
        if "\x00" in value:
            return clean_text(value, self.named, len(value) + 1)  # says what is wrong with it
        return value[: (self.max_length or 0) + 1]  # too long stays too long for the parser behind


class Base64(Strict, serializers.CharField):
    """A file of at most `most` bytes, in base64 (RFC 4648, section 4) without line breaks; bytes from here
    on."""

    wants = ("base64 文字", "base64 text")

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(max_length=(most + 2) // 3 * 4, **kwargs)
        self.most = most

    def parse(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise self.wrong_type()
        try:
            content = binascii.a2b_base64(value.encode("ascii"), strict_mode=True)
        except ValueError:
            raise BASE64_INVALID.error(field=self.field_name, limit=self.most) from None
        if not 1 <= len(content) <= self.most:
            raise BASE64_INVALID.error(field=self.field_name, limit=self.most)
        return content


class Name(Raw):
    """A person's real name."""

    def parse(self, value: Any) -> str:
        return clean_name(value, field=self.named)


class IdNumber(Raw):
    """A resident ID number (GB 11643)."""

    def parse(self, value: Any) -> str:
        return parse_id_number(value, field=self.named).number


class CreditCode(Raw):
    """A unified social credit code (GB 32100)."""

    def parse(self, value: Any) -> str:
        return parse_credit_code(value, field=self.named)


class Phone(Raw):
    """A mobile number of mainland China, in E.164 from here on."""

    def parse(self, value: Any) -> str:
        return parse_phone(value, field=self.named)


class Whole(Strict, serializers.IntegerField):
    """A whole number. No booleans, no floats, no texts."""

    wants = ("整数", "whole number")

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(min_value=minimum, max_value=maximum, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def parse(self, value: Any) -> int:
        if type(value) is not int:
            raise self.wrong_type()
        if not self.minimum <= value <= self.maximum:
            raise NUMBER_RANGE.error(field=self.field_name, minimum=self.minimum, maximum=self.maximum)
        return value

    def parse_text(self, value: str) -> int:
        if not _WHOLE.match(value):
            raise self.wrong_type()
        return self.parse(int(value))


class Fen(Whole):
    """An amount in fen (1 yuan = 100 fen)."""

    def __init__(self, *, minimum: int = 1, maximum: int = MAX_FEN, **kwargs: Any) -> None:
        super().__init__(minimum=minimum, maximum=maximum, **kwargs)

    def parse(self, value: Any) -> int:
        return check_fen(value, field=self.named, minimum=self.minimum, maximum=self.maximum)


class Decimal(Strict, serializers.FloatField):
    """A number that measures and never pays: a latitude, a longitude."""

    wants = ("数字", "number")

    def __init__(self, *, minimum: float, maximum: float, **kwargs: Any) -> None:
        super().__init__(min_value=minimum, max_value=maximum, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def parse(self, value: Any) -> float:
        if type(value) not in (int, float):
            raise self.wrong_type()
        if not self.minimum <= value <= self.maximum:
            raise NUMBER_RANGE.error(field=self.field_name, minimum=self.minimum, maximum=self.maximum)
        return float(value)

    def parse_text(self, value: str) -> float:
        if not _DECIMAL.match(value):
            raise self.wrong_type()
        return self.parse(float(value))


class Yes(Strict, serializers.BooleanField):
    """true or false."""

    wants = ("true 或 false", "true or false")

    def parse(self, value: Any) -> bool:
        if type(value) is not bool:
            raise self.wrong_type()
        return value

    def parse_text(self, value: str) -> bool:
        if value not in ("true", "false"):
            raise self.wrong_type()
        return value == "true"


class Choice(Strict, serializers.ChoiceField):
    """One of a few words."""

    wants = ("文字", "text")

    def parse(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.wrong_type()
        if value not in self.choices:
            raise CHOICE_UNKNOWN.error(field=self.field_name, choices=", ".join(map(str, self.choices)))
        return value


class Id(Strict, serializers.UUIDField):
    """An identifier."""

    wants = ("编号", "identifier")

    def parse(self, value: Any) -> UUID:
        return parse_uuid(value, self.named)


class Moment(Strict, serializers.DateTimeField):
    """A moment with its offset."""

    wants = ("时间", "moment")

    def parse(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _MOMENT.match(value):
            raise MOMENT_INVALID.error(field=self.field_name)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise MOMENT_INVALID.error(field=self.field_name) from None
        if not 2000 <= moment.year <= 2100:
            raise MOMENT_INVALID.error(field=self.field_name)
        return moment


class Day(Strict, serializers.DateField):
    """A calendar day."""

    wants = ("日期", "day")

    def parse(self, value: Any) -> date:
        if not isinstance(value, str) or not _DAY.match(value):
            raise DAY_INVALID.error(field=self.field_name)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise DAY_INVALID.error(field=self.field_name) from None
        if not 1900 <= day.year <= 2100:
            raise DAY_INVALID.error(field=self.field_name)
        return day


class Several(Strict, serializers.ListField):
    """A list of one kind of thing."""

    wants = ("列表", "list")

    def __init__(self, *, child: serializers.Field, maximum: int, minimum: int = 0, **kwargs: Any) -> None:
        super().__init__(child=child, min_length=minimum, max_length=maximum, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def parse(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.wrong_type()
        if not self.minimum <= len(value) <= self.maximum:
            raise LIST_LENGTH.error(field=self.field_name, minimum=self.minimum, maximum=self.maximum)
        return [self._item(index, item) for index, item in enumerate(value)]

    def _item(self, index: int, item: Any) -> Any:
        try:
            return self.child.run_validation(item)
        except DomainError as error:
            raise _moved(error, f"{self.named}.{index}", keep=isinstance(self.child, In)) from None
        except Refused as refused:
            raise Refused([_moved(e, f"{self.named}.{index}", keep=True) for e in refused.errors]) from None


def _moved(error: DomainError, place: str, *, keep: bool) -> DomainError:
    """The error with its field as seen from outside: `places.0.lat`."""
    error.field = f"{place}.{error.field}" if keep and error.field else place
    return error


class In(serializers.Serializer):
    """A request body or a query: exactly the declared fields, every fault named at once."""

    def run_validation(self, data: Any = empty) -> dict[str, Any]:
        if data is empty:
            if self.required:
                raise FIELD_MISSING.error(field=self.field_name)
            return {}
        if data is None and self.allow_null:
            return {}
        if not isinstance(data, Mapping):
            raise WRONG_TYPE.error(field=self.field_name, wants_zh="对象", wants="object")
        return self._read(data, text=False, place=self.field_name or "")

    def read_query(self, query: Mapping[str, str]) -> dict[str, Any]:
        """The declared parameters out of a query string."""
        return self._read(query, text=True, place="")

    def _read(self, data: Mapping[str, Any], *, text: bool, place: str) -> dict[str, Any]:
        errors: list[DomainError] = [
            UNKNOWN_FIELD.error(field=str(name)[:100]) for name in data if name not in self.fields
        ]
        values: dict[str, Any] = {}
        for name, field in self.fields.items():
            try:
                if text and name in data:
                    assert isinstance(field, Strict)
                    values[name] = field.parse_text(data[name])
                else:
                    values[name] = field.run_validation(data.get(name, empty))
            except DomainError as error:
                errors.append(error)
            except Refused as refused:
                errors += refused.errors
        if errors:
            if place:
                errors = [_moved(e, place, keep=True) for e in errors]
            raise Refused(errors)
        return values
