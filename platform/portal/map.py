"""The map of the counties, as shapes for an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reporting.outlines import Drawing, Point, drawn
from tenants.contracts import CountyRef

WIDTH: Final = 640
HEIGHT: Final = 560
_MARGIN: Final = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """A county on the map: an SVG path, and where its `label` stands."""

    slug: str
    name: str
    label: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class CityMap:
    """`elsewhere` are counties whose outline is not known: they are named beside the map."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    elsewhere: tuple[CountyRef, ...]


def city_map(counties: Sequence[CountyRef], *, lang: str) -> CityMap:
    """The counties drawn together, in the order given, which is also the keyboard's."""
    drawings = drawn(
        (county.code for county in counties), width=WIDTH - 2 * _MARGIN, height=HEIGHT - 2 * _MARGIN
    )
    known = [county for county in counties if county.code in drawings]
    return CityMap(
        width=WIDTH,
        height=HEIGHT,
        shapes=tuple(_shape(county, drawings[county.code], lang) for county in known),
        elsewhere=tuple(county for county in counties if county.code not in drawings),
    )


def county_name(county: CountyRef, lang: str) -> str:
    return county.name_en if lang == "en" else county.name


def _shape(county: CountyRef, drawing: Drawing, lang: str) -> Shape:
    x, y = drawing.centre
    return Shape(
        slug=county.slug,
        name=county_name(county, lang),
        label=_label(county, lang),
        path="".join(_ring(ring) for ring in drawing.rings),
        x=x + _MARGIN,
        y=y + _MARGIN,
    )


def _label(county: CountyRef, lang: str) -> str:
    """English names lose their last word on the map: Jiangle County stands there as Jiangle."""
    if lang != "en":
        return county.name
    short, _, kind = county.name_en.rpartition(" ")
    return short if short and kind in ("County", "District", "City") else county.name_en


def _ring(ring: Sequence[Point]) -> str:
    """One closed line, in steps of a tenth of a unit: finer than any screen shows."""
    (x, y), *rest = [(round((px + _MARGIN) * 10), round((py + _MARGIN) * 10)) for px, py in ring]
    steps = [f"M{_tenth(x)} {_tenth(y)}"]
    for next_x, next_y in rest:
        if (next_x, next_y) != (x, y):
            steps.append(f"l{_tenth(next_x - x)} {_tenth(next_y - y)}")
        x, y = next_x, next_y
    return "".join(steps) + "Z"


def _tenth(tenths: int) -> str:
    return f"{tenths / 10:g}"
