"""What crosses this room's border. Amounts are whole fen, factors whole permille (1000 changes nothing)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from compliance.rates.states import TableState


class Layer(StrEnum):
    """Who pays: BASIC by the government's fund, TOP_UP by the employer."""

    BASIC = "basic"
    TOP_UP = "top_up"


class Starts(StrEnum):
    """When cover begins once the insurer has issued it: then and there, or the midnight after."""

    AT_ONCE = "at_once"
    NEXT_MIDNIGHT = "next_midnight"


# -- a table's content -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Level:
    """A choice of cover. The first level of a table is what is quoted when none is named."""

    code: str
    name: str
    death_disability_cover_fen: int
    medical_cover_fen: int
    factor_permille: int


@dataclass(frozen=True, slots=True)
class ClassRate:
    """A risk class, 1 to 6: its base premium for a person and an order of up to one day, and the share
    of a level's cover that this class gets."""

    risk_class: int
    premium_fen: int
    death_disability_permille: int = 1000
    medical_permille: int = 1000


@dataclass(frozen=True, slots=True)
class Occupation:
    """The insurer's own class of a trade; 0 is not insurable, with the reason where one is given."""

    risk_class: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Full years from `from_age` to `to_age`, both included. A refused band has no factor (0)."""

    from_age: int
    to_age: int
    factor_permille: int = 0
    refused: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DayStep:
    """What each day of the same job counts, from its `from_day`-th day on."""

    from_day: int
    factor_permille: int


@dataclass(frozen=True, slots=True)
class HeadStep:
    """What each person counts in an order of `from_heads` people and more."""

    from_heads: int
    factor_permille: int


@dataclass(frozen=True, slots=True)
class TableContent:
    """All that a price depends on. `occupations` maps our trades; `min_premium_fen` and
    `max_premium_fen` bound a person and day, on the average of the days that are bought."""

    levels: tuple[Level, ...]
    classes: tuple[ClassRate, ...]
    occupations: Mapping[str, Occupation]
    age_bands: tuple[AgeBand, ...]
    days: tuple[DayStep, ...]
    heads: tuple[HeadStep, ...]
    county_factor_permille: int
    min_premium_fen: int
    max_premium_fen: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a table: where (a path as `classes.0.premium_fen`, or a cell as `费率!B2`)
    and what, in two languages."""

    place: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of two tables. None stands for what one of them does not have."""

    path: str
    label: str
    before: int | str | None
    after: int | str | None
    label_en: str = ""


# -- views -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProductView:
    """What an insurer sells. The premium unit is a person and an order of up to one day."""

    code: str
    insurer: str
    layer: Layer
    name: str
    name_en: str
    starts: Starts
    active: bool


@dataclass(frozen=True, slots=True)
class RankingView:
    """Products of a layer, best first, from a day on. `ranked_by` is an actor's key."""

    layer: Layer
    effective_from: date
    codes: tuple[str, ...]
    ranked_at: datetime
    ranked_by: str


@dataclass(frozen=True, slots=True)
class TableView:
    """One version of a product's rates. `intact` is false when the stored document no longer has the
    digest taken when it was drafted. Who drafted, submitted and published it are actors' keys."""

    id: UUID
    product: str
    insurer: str
    version: int
    effective_from: date
    state: TableState
    source: str
    digest: str
    intact: bool
    content: TableContent
    drafted_at: datetime
    drafted_by: str
    submitted_at: datetime | None
    submitted_by: str
    published_at: datetime | None
    published_by: str


@dataclass(frozen=True, slots=True)
class Price:
    """One person's premium for all days, and the cover it buys."""

    premium_fen: int
    risk_class: int
    death_disability_cover_fen: int
    medical_cover_fen: int


@dataclass(frozen=True, slots=True)
class CoverQuote:
    """Cover for `heads` people from the day `on` for `days` days.

    `premium_per_head_fen` is for all days at the dearest insurable age, `total_fen` that for all heads;
    `ages` are the youngest and oldest insurable age in full years. A quote that was not kept has neither
    `quote_id` nor `expires_at`. Replaying a kept one gives the same fen.
    """

    quote_id: UUID | None
    product: str
    insurer: str
    layer: Layer
    starts: Starts
    table_version_id: UUID
    table_version: int
    trade: str
    risk_class: int
    level: str
    heads: int
    days: int
    on: date
    premium_per_head_fen: int
    total_fen: int
    death_disability_cover_fen: int
    medical_cover_fen: int
    ages: tuple[int, int]
    expires_at: datetime | None
