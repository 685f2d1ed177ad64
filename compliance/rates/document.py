"""A table as a JSON document: read strictly, with every fault named, and written in one spelling.

{"levels": [{"code", "name", "death_disability_cover_fen", "medical_cover_fen", "factor_permille"}],
 "classes": [{"risk_class", "premium_fen", "death_disability_permille"?, "medical_permille"?}],
 "occupations": {trade: {"risk_class", "reason"?}},
 "age_bands": [{"from_age", "to_age", "factor_permille"} | {…, "refused": true, "reason"?}],
 "days": [{"from_day", "factor_permille"}], "heads": [{"from_heads", "factor_permille"}],
 "county_factor_permille", "min_premium_fen", "max_premium_fen"}
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from compliance.rates.contracts import (
    AgeBand,
    ClassRate,
    DayStep,
    Fault,
    HeadStep,
    Level,
    Occupation,
    TableContent,
)
from compliance.rates.errors import RATE_TABLE_INVALID, TableFaults
from kernel.errors import DomainError
from kernel.identifiers import clean_text

MAX_RISK_CLASS = 6
MAX_AGE = 120
MAX_DAYS = 366
MAX_HEADS = 10_000
MAX_LEVELS = 20
MAX_OCCUPATIONS = 1_000
MAX_STEPS = 30
MAX_FACTOR = 100_000
MAX_PREMIUM_FEN = 1_000_000
MAX_COVER_FEN = 10**11
MAX_CODE = 40
MAX_NAME = 60
MAX_REASON = 100

CODE = re.compile(r"[a-z][a-z0-9_]{1,39}\Z")
_SHEET_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_|x005F_")

_MEMBERS = (
    "levels",
    "classes",
    "occupations",
    "age_bands",
    "days",
    "heads",
    "county_factor_permille",
    "min_premium_fen",
    "max_premium_fen",
)


def parse_content(data: object, *, trades: Collection[str] | None = None) -> TableContent:
    """The content that `data` (parsed JSON) says; `trades` are those that may be named, if that matters.

    Raises `rate_table_invalid` with every fault and its path (`errors.TableFaults`).
    """
    content, faults = read_content(data, trades=trades)
    if faults:
        raise TableFaults(RATE_TABLE_INVALID, faults)
    return content


def read_content(
    data: object, *, trades: Collection[str] | None = None
) -> tuple[TableContent, tuple[Fault, ...]]:
    """The content and what is wrong with it; the content counts only when nothing is."""
    reader = _Reader(trades)
    content = reader.content(data)
    return content, tuple(reader.faults)


def from_rows(rows: Mapping[str, Any]) -> dict[str, Any]:
    """A document out of a door's rows: occupations are a list that names its trades, and what need not be
    said may be None. Raises `rate_table_invalid` for a trade that stands there twice."""
    found: dict[str, Any] = {
        name: [_said(row) for row in value] if isinstance(value, list) else value
        for name, value in rows.items()
    }
    occupations: dict[str, Any] = {}
    for number, row in enumerate(found["occupations"]):
        trade = row.pop("trade")
        if trade in occupations:
            raise TableFaults(
                RATE_TABLE_INVALID,
                [Fault(f"occupations.{number}.trade", "与前面的重复", "is there already")],
            )
        occupations[trade] = row
    return {**found, "occupations": occupations}


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def as_json(content: TableContent) -> dict[str, Any]:
    """The content as JSON values; what need not be said is said only where it says something."""
    return {
        "levels": [
            {
                "code": level.code,
                "name": level.name,
                "death_disability_cover_fen": level.death_disability_cover_fen,
                "medical_cover_fen": level.medical_cover_fen,
                "factor_permille": level.factor_permille,
            }
            for level in content.levels
        ],
        "classes": [
            {
                "risk_class": rate.risk_class,
                "premium_fen": rate.premium_fen,
                "death_disability_permille": rate.death_disability_permille,
                "medical_permille": rate.medical_permille,
            }
            for rate in content.classes
        ],
        "occupations": {
            trade: {
                "risk_class": occupation.risk_class,
                **({"reason": occupation.reason} if occupation.reason else {}),
            }
            for trade, occupation in sorted(content.occupations.items())
        },
        "age_bands": [_band(band) for band in content.age_bands],
        "days": [
            {"from_day": step.from_day, "factor_permille": step.factor_permille} for step in content.days
        ],
        "heads": [
            {"from_heads": step.from_heads, "factor_permille": step.factor_permille} for step in content.heads
        ],
        "county_factor_permille": content.county_factor_permille,
        "min_premium_fen": content.min_premium_fen,
        "max_premium_fen": content.max_premium_fen,
    }


def _band(band: AgeBand) -> dict[str, Any]:
    ages: dict[str, Any] = {"from_age": band.from_age, "to_age": band.to_age}
    if not band.refused:
        return {**ages, "factor_permille": band.factor_permille}
    return {**ages, "refused": True, **({"reason": band.reason} if band.reason else {})}


def canonical(content: TableContent) -> str:
    """The one spelling of the content: names sorted, no blanks, UTF-8 characters as they are."""
    return json.dumps(as_json(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    """SHA-256 of a canonical document, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=512)
def stored(text: str) -> TableContent:
    """The content of a stored document. Parsed once a process: the text is the key, and never changes."""
    return parse_content(json.loads(text))


class _Reader:
    """Reads on after a fault, with a stand-in for what could not be read, so that all are found."""

    def __init__(self, trades: Collection[str] | None) -> None:
        self.faults: list[Fault] = []
        self.trades = trades

    def fault(self, place: str, zh: str, en: str) -> None:
        self.faults.append(Fault(place, zh, en))

    # -- parts -------------------------------------------------------------------------------------

    def content(self, data: object) -> TableContent:
        table = self.members(data, "", needed=_MEMBERS)
        levels = [self.level(item, place) for item, place in self.items(table, "levels", MAX_LEVELS)]
        classes = [self.rate(item, place) for item, place in self.items(table, "classes", MAX_RISK_CLASS)]
        bands = [self.band(item, place) for item, place in self.items(table, "age_bands", MAX_STEPS)]
        content = TableContent(
            levels=tuple(levels),
            classes=tuple(sorted(classes, key=lambda rate: rate.risk_class)),
            occupations=self.occupations(table, classes),
            age_bands=tuple(bands),
            days=tuple(
                DayStep(*self.step(item, place, "from_day", MAX_DAYS))
                for item, place in self.items(table, "days", MAX_STEPS)
            ),
            heads=tuple(
                HeadStep(*self.step(item, place, "from_heads", MAX_HEADS))
                for item, place in self.items(table, "heads", MAX_STEPS)
            ),
            county_factor_permille=self.factor(table, "county_factor_permille", ""),
            min_premium_fen=self.whole(table, "min_premium_fen", "", 0, MAX_PREMIUM_FEN),
            max_premium_fen=self.whole(table, "max_premium_fen", "", 1, MAX_PREMIUM_FEN),
        )
        self.together(content, classes)
        return content

    def level(self, data: object, place: str) -> Level:
        covers = ("death_disability_cover_fen", "medical_cover_fen")
        item = self.members(data, place, needed=("code", "name", *covers, "factor_permille"))
        return Level(
            code=self.code(item, "code", place),
            name=self.text(item, "name", place, 1, MAX_NAME),
            death_disability_cover_fen=self.whole(item, covers[0], place, 1, MAX_COVER_FEN),
            medical_cover_fen=self.whole(item, covers[1], place, 0, MAX_COVER_FEN),
            factor_permille=self.factor(item, "factor_permille", place),
        )

    def rate(self, data: object, place: str) -> ClassRate:
        shares = ("death_disability_permille", "medical_permille")
        item = self.members(data, place, needed=("risk_class", "premium_fen"), allowed=shares)
        whole = {**dict.fromkeys(shares, 1000), **item}
        return ClassRate(
            risk_class=self.whole(item, "risk_class", place, 1, MAX_RISK_CLASS),
            premium_fen=self.whole(item, "premium_fen", place, 1, MAX_PREMIUM_FEN),
            death_disability_permille=self.whole(whole, shares[0], place, 1, MAX_FACTOR),
            medical_permille=self.whole(whole, shares[1], place, 0, MAX_FACTOR),
        )

    def occupations(self, table: Mapping[str, Any], classes: list[ClassRate]) -> dict[str, Occupation]:
        data = table.get("occupations")
        if not isinstance(data, dict) or not 1 <= len(data) <= MAX_OCCUPATIONS:
            if "occupations" in table:
                self.fault(
                    "occupations",
                    f"须列入 1 至 {MAX_OCCUPATIONS} 个工种",
                    f"must list 1 to {MAX_OCCUPATIONS} trades",
                )
            return {}
        rated = {rate.risk_class for rate in classes}
        found = {}
        for trade, entry in data.items():
            place = f"occupations.{str(trade)[:MAX_CODE]}"
            item = self.members(entry, place, needed=("risk_class",), allowed=("reason",))
            risk_class = self.whole(item, "risk_class", place, 0, MAX_RISK_CLASS)
            if not isinstance(trade, str) or not CODE.match(trade):
                self.fault(place, "不是工种代码", "not a trade's code")
            elif self.trades is not None and trade not in self.trades:
                self.fault(place, "工种目录中没有该工种", "no such trade in the catalogue")
            if risk_class and risk_class not in rated and self.sound("classes"):
                self.fault(
                    f"{place}.risk_class",
                    f"风险等级 {risk_class} 没有费率",
                    f"class {risk_class} has no rate",
                )
            reason = self.reason(item, place)
            if reason and risk_class:
                self.fault(f"{place}.reason", "只有不承保的工种才填原因", "a reason is for class 0 only")
            found[str(trade)] = Occupation(risk_class, reason)
        return found

    def band(self, data: object, place: str) -> AgeBand:
        refused = data.get("refused", False) if isinstance(data, dict) else False
        needed = ("from_age", "to_age") if refused is True else ("from_age", "to_age", "factor_permille")
        item = self.members(data, place, needed=needed, allowed=("factor_permille", "refused", "reason"))
        if type(refused) is not bool:
            self.fault(f"{place}.refused", "须为是或否", "must be true or false")
        if refused is True and "factor_permille" in item:
            self.fault(f"{place}.factor_permille", "不承保的年龄没有系数", "a refused age has no factor")
        reason = self.reason(item, place)
        if reason and refused is False:
            self.fault(f"{place}.reason", "只有不承保的年龄才填原因", "a reason is for refused ages only")
        band = AgeBand(
            from_age=self.whole(item, "from_age", place, 0, MAX_AGE),
            to_age=self.whole(item, "to_age", place, 0, MAX_AGE),
            factor_permille=0 if refused else self.factor(item, "factor_permille", place),
            refused=refused is True,
            reason=reason,
        )
        if band.to_age < band.from_age and type(item.get("to_age")) is int:
            self.fault(f"{place}.to_age", "止龄不得小于起龄", "must not be below from_age")
        return band

    def step(self, data: object, place: str, start: str, most: int) -> tuple[int, int]:
        item = self.members(data, place, needed=(start, "factor_permille"))
        return self.whole(item, start, place, 1, most), self.factor(item, "factor_permille", place)

    def together(self, content: TableContent, classes: list[ClassRate]) -> None:
        """What can be wrong only with the parts side by side."""
        self.unique("levels", "code", [level.code for level in content.levels])
        self.unique("classes", "risk_class", [rate.risk_class for rate in classes])
        self.rising("days", "from_day", [step.from_day for step in content.days])
        self.rising("heads", "from_heads", [step.from_heads for step in content.heads])
        bands = content.age_bands if self.sound("age_bands") else ()
        for number, (before, after) in enumerate(itertools.pairwise(bands), start=1):
            if after.from_age <= before.to_age:
                self.fault(
                    f"age_bands.{number}.from_age", "年龄段须递增且不重叠", "bands must rise and not overlap"
                )
        if bands and all(band.refused for band in bands):
            self.fault("age_bands", "须有承保的年龄段", "some ages must be insurable")
        bounds = self.sound("min_premium_fen") and self.sound("max_premium_fen")
        if bounds and content.max_premium_fen < content.min_premium_fen:
            self.fault("max_premium_fen", "不得低于最低保费", "must not be below min_premium_fen")

    # -- values ------------------------------------------------------------------------------------

    def members(
        self, data: object, place: str, *, needed: tuple[str, ...], allowed: tuple[str, ...] = ()
    ) -> Mapping[str, Any]:
        if not isinstance(data, dict):
            self.fault(place or "content", "须为对象", "must be an object")
            return {}
        for name in data:
            if name not in needed and name not in allowed:
                self.fault(_join(place, str(name)[:MAX_CODE]), "没有这一项", "there is no such member")
        for name in needed:
            if name not in data:
                self.fault(_join(place, name), "缺少此项", "is missing")
        return data

    def items(self, table: Mapping[str, Any], name: str, most: int) -> list[tuple[object, str]]:
        data = table.get(name)
        if not isinstance(data, list) or not 1 <= len(data) <= most:
            if name in table:
                self.fault(name, f"须有 1 至 {most} 行", f"must have 1 to {most} entries")
            return []
        return [(item, f"{name}.{number}") for number, item in enumerate(data)]

    def whole(self, item: Mapping[str, Any], name: str, place: str, least: int, most: int) -> int:
        value = item.get(name)
        if type(value) is int and least <= value <= most:
            return value
        if name in item:
            fen = name.endswith("_fen")
            self.fault(
                _join(place, name),
                f"须为 {least} 至 {most} 的整数{'（分）' if fen else ''}",
                f"must be whole{' fen' if fen else ''}, {least} to {most}",
            )
        return least

    def factor(self, item: Mapping[str, Any], name: str, place: str) -> int:
        return self.whole(item, name, place, 1, MAX_FACTOR)

    def sound(self, part: str) -> bool:
        """Whether nothing is wrong with a part so far; only then its entries are compared."""
        return not any(fault.place.partition(".")[0] == part for fault in self.faults)

    def code(self, item: Mapping[str, Any], name: str, place: str) -> str:
        value = item.get(name)
        if isinstance(value, str) and CODE.match(value):
            return value
        if name in item:
            self.fault(
                _join(place, name),
                "须为 2 至 40 个小写字母、数字或下划线，以字母开头",
                "must be 2 to 40 lower-case letters, digits or underscores, a letter first",
            )
        return ""

    def reason(self, item: Mapping[str, Any], place: str) -> str:
        return self.text(item, "reason", place, 1, MAX_REASON) if "reason" in item else ""

    def text(self, item: Mapping[str, Any], name: str, place: str, least: int, most: int) -> str:
        """One line of text, already trimmed: a document has one spelling."""
        if name not in item:
            return ""
        value = item[name]
        try:
            clean = clean_text(value, name, most, min_len=least)
        except DomainError as fault:
            self.fault(_join(place, name), fault.text("zh"), fault.text("en"))
            return ""
        if "\n" in clean or "\t" in clean or _SHEET_ESCAPE.search(clean):
            self.fault(
                _join(place, name),
                "须为一行文字，且不含 _x0000_ 形式的转义",
                "must be one line without an escape of the form _x0000_",
            )
        return clean

    def unique(self, name: str, member: str, values: list[Any]) -> None:
        for number, value in enumerate(values if self.sound(name) else ()):
            if value in values[:number]:
                self.fault(f"{name}.{number}.{member}", "与前面的重复", "is there already")

    def rising(self, name: str, member: str, starts: list[int]) -> None:
        if not self.sound(name):
            return
        if starts and starts[0] != 1:
            self.fault(f"{name}.0.{member}", "第一行须从 1 开始", "the first entry starts from 1")
        for number, (before, after) in enumerate(itertools.pairwise(starts), start=1):
            if after <= before:
                self.fault(f"{name}.{number}.{member}", "须逐行递增", "must rise from entry to entry")


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
