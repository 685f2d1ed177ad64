"""The counties to open and the trades to list, from the data files. Needs no database and no Django."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

_DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class CountySpec:
    """A county to open. `code` is its GB/T 2260 division code, wages are fen (闽人社文〔2025〕14号)."""

    code: str
    slug: str
    name: str
    name_en: str
    min_wage_month_fen: int
    min_wage_hour_fen: int
    retired_codes: tuple[str, ...] = ()
    sandbox: bool = False
    host: str = ""

    @property
    def schema(self) -> str:
        return f"c{self.code}"


SANDBOX = CountySpec(
    code="350499",
    slug="sandbox",
    name="演练县",
    name_en="Sandbox County",
    min_wage_month_fen=189_500,
    min_wage_hour_fen=2_000,
    sandbox=True,
)


def sanming() -> list[CountySpec]:
    """The eleven county-level divisions of Sanming, from the data file."""
    with (_DATA / "sanming_counties.csv").open(encoding="utf-8", newline="") as lines:
        return [
            CountySpec(
                code=row["code"],
                slug=row["slug"],
                name=row["name"],
                name_en=row["name_en"],
                min_wage_month_fen=int(row["min_wage_month_fen"]),
                min_wage_hour_fen=int(row["min_wage_hour_fen"]),
                retired_codes=tuple(row["retired_codes"].split()),
            )
            for row in csv.DictReader(lines)
        ]


def trade_rows() -> list[dict[str, str]]:
    """Rows of the trade catalogue: trade, name, name_en, risk_class, certificate (or empty)."""
    with (_DATA / "trades.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def trade_certificates() -> dict[str, str | None]:
    """Each trade's code with the kind of certificate that law asks for, or None."""
    return {row["trade"]: row["certificate"] or None for row in trade_rows()}
