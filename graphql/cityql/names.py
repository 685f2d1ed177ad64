"""Counties and trades by name, where nothing else of them is told."""

from __future__ import annotations

import strawberry

from tenants import catalogue, directory


@strawberry.type(name="CountyName", description="县的名称与代码。A county by its names and codes.")
class CountyNameType:
    slug: str
    code: str
    name: str
    name_en: str

    @classmethod
    def of(cls, slug: str) -> CountyNameType:
        ref = directory.by_slug(slug)
        return cls(slug=slug, code=ref.code, name=ref.name, name_en=ref.name_en)


@strawberry.type(name="TradeName", description="工种的名称与代码。A trade by its names and code.")
class TradeNameType:
    code: str
    name: str
    name_en: str

    @classmethod
    def of(cls, code: str) -> TradeNameType | None:
        """None without a code; a trade taken out of the catalogue is shown by its bare code."""
        if not code:
            return None
        known = catalogue.trades().get(code)
        return cls(code=code, name=known.name if known else code, name_en=known.name_en if known else code)
