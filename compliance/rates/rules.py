"""What cover costs and what two tables differ in: pure functions, whole numbers only."""

from __future__ import annotations

from datetime import date, timedelta

from compliance.rates.contracts import (
    AgeBand,
    Change,
    ClassRate,
    Level,
    Price,
    TableContent,
)
from compliance.rates.document import MAX_DAYS, MAX_HEADS, canonical, digest, parse_content
from compliance.rates.errors import (
    AGE_NOT_INSURABLE,
    CLASS_NOT_INSURABLE,
    LEVEL_UNKNOWN,
    RATE_TABLE_IN_PAST,
    TRADE_NOT_RATED,
)
from kernel.errors import INVALID_VALUE

__all__ = [
    "MAX_DAYS",
    "MAX_HEADS",
    "QUOTE_LASTS",
    "canonical",
    "changes",
    "check_not_past",
    "dearest",
    "digest",
    "insurable_ages",
    "parse_content",
    "price",
]

QUOTE_LASTS = timedelta(minutes=30)
_NO_REASON = "—"


def price(content: TableContent, *, trade: str, heads: int, days: int, level: str | None, age: int) -> Price:
    """One person's premium and cover in an order of `heads` people and `days` days; `age` in full years.

    Raises `invalid_value` for heads and days, `trade_not_rated`, `class_not_insurable`, `level_unknown`,
    `age_not_insurable`.
    """
    return _price(content, trade=trade, heads=heads, days=days, level=level, factor=_age_factor(content, age))


def dearest(content: TableContent, *, trade: str, heads: int, days: int, level: str | None) -> Price:
    """The same at the dearest insurable age: what nobody who can be insured will exceed."""
    factor = max(band.factor_permille for band in _insurable(content))
    return _price(content, trade=trade, heads=heads, days=days, level=level, factor=factor)


def insurable_ages(content: TableContent) -> tuple[int, int]:
    """The youngest and the oldest insurable age; those between need not all be insurable."""
    bands = _insurable(content)
    return bands[0].from_age, bands[-1].to_age


def level_of(content: TableContent, code: str | None) -> Level:
    """The named level, or the first. Raises `level_unknown`."""
    if code is None:
        return content.levels[0]
    for level in content.levels:
        if level.code == code:
            return level
    known = ", ".join(level.code for level in content.levels)
    raise LEVEL_UNKNOWN.error(field="level", levels=known)


def check_not_past(effective_from: date, *, today: date) -> None:
    """Raises `rate_table_in_past`: what was sold under older rates is not repriced."""
    if effective_from < today:
        raise RATE_TABLE_IN_PAST.error(field="effective_from", today=today.isoformat())


def _price(
    content: TableContent, *, trade: str, heads: int, days: int, level: str | None, factor: int
) -> Price:
    _check_count(heads, "heads", MAX_HEADS)
    _check_count(days, "days", MAX_DAYS)
    rate, chosen = _rate_of(content, trade), level_of(content, level)
    whole = (
        rate.premium_fen
        * chosen.factor_permille
        * factor
        * _head_factor(content, heads)
        * content.county_factor_permille
        * _day_factors(content, days)
    )
    rounded = _half_up(whole, 1000**5)
    return Price(
        premium_fen=max(content.min_premium_fen * days, min(content.max_premium_fen * days, rounded)),
        risk_class=rate.risk_class,
        death_disability_cover_fen=_half_up(
            chosen.death_disability_cover_fen * rate.death_disability_permille, 1000
        ),
        medical_cover_fen=_half_up(chosen.medical_cover_fen * rate.medical_permille, 1000),
    )


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _check_count(value: object, name: str, most: int) -> None:
    if type(value) is not int or not 1 <= value <= most:
        raise INVALID_VALUE.error(field=name, reason=f"1 – {most}")


def _rate_of(content: TableContent, trade: str) -> ClassRate:
    occupation = content.occupations.get(trade)
    if occupation is None:
        raise TRADE_NOT_RATED.error(field="trade", trade=trade[:40])
    if occupation.risk_class == 0:
        raise CLASS_NOT_INSURABLE.error(
            field="trade", trade=trade[:40], reason=occupation.reason or _NO_REASON
        )
    return next(rate for rate in content.classes if rate.risk_class == occupation.risk_class)


def _insurable(content: TableContent) -> list[AgeBand]:
    return [band for band in content.age_bands if not band.refused]


def _age_factor(content: TableContent, age: int) -> int:
    if type(age) is not int:
        raise INVALID_VALUE.error(field="age", reason="full years")
    for band in content.age_bands:
        if band.from_age <= age <= band.to_age:
            if band.refused:
                raise AGE_NOT_INSURABLE.error(field="age", age=age, reason=band.reason or _NO_REASON)
            return band.factor_permille
    youngest, oldest = insurable_ages(content)
    raise AGE_NOT_INSURABLE.error(field="age", age=age, reason=f"{youngest}–{oldest}")


def _head_factor(content: TableContent, heads: int) -> int:
    return [step.factor_permille for step in content.heads if step.from_heads <= heads][-1]


def _day_factors(content: TableContent, days: int) -> int:
    """The sum of the factors of the first, second … last day."""
    total = 0
    ends = [step.from_day for step in content.days[1:]] + [MAX_DAYS + 1]
    for step, end in zip(content.days, ends, strict=True):
        total += step.factor_permille * max(0, min(days + 1, end) - step.from_day)
    return total


# -- difference ------------------------------------------------------------------------------------

_Lines = dict[str, tuple[str, str, int | str]]


def changes(before: TableContent, after: TableContent) -> list[Change]:
    """Every value that is another, was added or is gone, in the order of a table's parts. Entries are
    matched by what they are about (a level's code, a class, a trade, an age span), not by their line."""
    old, new = _lines(before), _lines(after)
    found = []
    for path in [*old, *(path for path in new if path not in old)]:
        was, will = old.get(path), new.get(path)
        said = will or was
        assert said is not None
        if was is None or will is None or was[2] != will[2]:
            found.append(
                Change(
                    path=path,
                    label=said[0],
                    before=None if was is None else was[2],
                    after=None if will is None else will[2],
                    label_en=said[1],
                )
            )
    order = ("levels", "classes", "occupations", "age_bands", "days", "heads")
    place = {name: number for number, name in enumerate(order)}
    return sorted(found, key=lambda change: place.get(change.path.partition(".")[0], len(order)))


def _lines(content: TableContent) -> _Lines:
    lines: _Lines = {"levels": ("档次顺序", "order of levels", ", ".join(x.code for x in content.levels))}
    for level in content.levels:
        lines |= _level_lines(level)
    for rate in content.classes:
        path, zh, en = f"classes.{rate.risk_class}", f"{rate.risk_class} 类", f"class {rate.risk_class}"
        lines[f"{path}.premium_fen"] = (f"{zh} 保费（分）", f"{en} premium (fen)", rate.premium_fen)
        lines[f"{path}.death_disability_permille"] = (
            f"{zh} 身故伤残保额（‰）",
            f"{en} death and disability cover (‰)",
            rate.death_disability_permille,
        )
        lines[f"{path}.medical_permille"] = (
            f"{zh} 医疗保额（‰）",
            f"{en} medical cover (‰)",
            rate.medical_permille,
        )
    for trade, occupation in sorted(content.occupations.items()):
        path = f"occupations.{trade}"
        lines[f"{path}.risk_class"] = (
            f"工种 {trade} 风险等级",
            f"trade {trade} class",
            occupation.risk_class,
        )
        if occupation.reason:
            lines[f"{path}.reason"] = (f"工种 {trade} 不承保原因", f"trade {trade} reason", occupation.reason)
    for band in content.age_bands:
        lines |= _band_lines(band)
    for day in content.days:
        lines[f"days.{day.from_day}.factor_permille"] = (
            f"第 {day.from_day} 天起（‰）",
            f"from day {day.from_day} (‰)",
            day.factor_permille,
        )
    for head in content.heads:
        lines[f"heads.{head.from_heads}.factor_permille"] = (
            f"{head.from_heads} 人起（‰）",
            f"from {head.from_heads} people (‰)",
            head.factor_permille,
        )
    lines["county_factor_permille"] = ("县域系数（‰）", "county factor (‰)", content.county_factor_permille)
    lines["min_premium_fen"] = ("最低保费（分/人·日）", "least premium (fen)", content.min_premium_fen)
    lines["max_premium_fen"] = ("最高保费（分/人·日）", "most premium (fen)", content.max_premium_fen)
    return lines


def _level_lines(level: Level) -> _Lines:
    path, zh, en = f"levels.{level.code}", f"档次 {level.code}", f"level {level.code}"
    return {
        f"{path}.name": (f"{zh} 名称", f"{en} name", level.name),
        f"{path}.death_disability_cover_fen": (
            f"{zh} 身故伤残保额（分）",
            f"{en} death and disability cover (fen)",
            level.death_disability_cover_fen,
        ),
        f"{path}.medical_cover_fen": (
            f"{zh} 医疗保额（分）",
            f"{en} medical cover (fen)",
            level.medical_cover_fen,
        ),
        f"{path}.factor_permille": (f"{zh} 系数（‰）", f"{en} factor (‰)", level.factor_permille),
    }


def _band_lines(band: AgeBand) -> _Lines:
    span = f"{band.from_age}-{band.to_age}"
    path, zh, en = f"age_bands.{span}", f"{span} 岁", f"ages {span}"
    if not band.refused:
        return {f"{path}.factor_permille": (f"{zh} 系数（‰）", f"{en} factor (‰)", band.factor_permille)}
    lines: _Lines = {f"{path}.refused": (f"{zh} 承保", f"{en} cover", "refused")}
    if band.reason:
        lines[f"{path}.reason"] = (f"{zh} 不承保原因", f"{en} reason", band.reason)
    return lines
