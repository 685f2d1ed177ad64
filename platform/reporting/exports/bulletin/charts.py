"""Lines over time and bars by rank, drawn by hand: no picture is embedded, every word can be searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reporting.exports.bulletin.page import DEEP, FAINT, INK, LINE, MISSING, Colour, Page

_SECOND: Final[Colour] = (217, 119, 6)
PENS: Final[tuple[Colour, ...]] = (DEEP, _SECOND)


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` None is nothing, or hidden; `text` says which."""

    name: str
    value: int | None
    text: str


def lines(
    page: Page,
    series: Sequence[Series],
    labels: Sequence[str],
    *,
    at: tuple[float, float],
    size: tuple[float, float],
    tick: Callable[[int], str],
) -> None:
    """Up to two lines over common labels, with a scale from zero. A day without a value breaks its line."""
    x, y = at[0] + 14, at[1] + 6
    width, height = size[0] - 16, size[1] - 12
    top = nice_top(max((value or 0 for one in series for value in one.values), default=0))
    _grid(page, x, y, width, height, top, tick)
    gap = width / max(len(labels) - 1, 1)
    every = max(1, len(labels) // 10)
    for place in range(0, len(labels), every):
        page.fitted(x + place * gap - 8, y + height + 1.2, 16, labels[place], 6, colour=FAINT, align="C")
    for place, one in enumerate(series):
        page.set_draw_color(*PENS[place % len(PENS)])
        page.set_fill_color(*PENS[place % len(PENS)])
        page.set_line_width(0.5)
        for run in _runs(one.values):
            points = [(x + n * gap, y + height - height * value / top) for n, value in run]
            if len(points) > 1:
                page.polyline(points)
            else:
                page.circle(points[0][0], points[0][1], 0.5, style="F")
        start = at[0] + 14 + place * 48
        page.rect(start, at[1] + 0.6, 4, 1.6, style="F")
        page.fitted(start + 5, at[1], 42, one.name, 7, colour=INK)


def bars(page: Page, rows: Sequence[Bar], *, at: tuple[float, float], size: tuple[float, float]) -> None:
    """Lying bars in the order given; what has no value gets a dotted place and says why."""
    step = min(size[1] / max(len(rows), 1), 8.0)
    most = max((abs(row.value or 0) for row in rows), default=0) or 1
    name_width, text_width = size[0] * 0.26, size[0] * 0.2
    room = size[0] - name_width - text_width - 3
    for place, row in enumerate(rows):
        y = at[1] + place * step
        page.fitted(at[0], y + step * 0.22, name_width - 1, row.name, 7.5)
        page.set_fill_color(*_fill(row.value))
        length = 0.6 if row.value is None else max(room * abs(row.value) / most, 0.3)
        page.rect(at[0] + name_width, y + step * 0.18, length, step * 0.62, style="F")
        page.fitted(
            at[0] + name_width + length + 1.2, y + step * 0.22, text_width + room - length, row.text, 7
        )


def _fill(value: int | None) -> Colour:
    if value is None:
        return MISSING
    return DEEP if value >= 0 else _SECOND


def nice_top(most: int) -> int:
    """The least of 4, 8, 20, 40, 60, 80, 200, … that is not below `most`, so that quarters are whole."""
    top = 4
    scale = 1
    while top < most:
        for step in (4, 8, 12, 20, 40):
            top = step * scale
            if top >= most:
                return top
        scale *= 10
    return top


def _grid(
    page: Page, x: float, y: float, width: float, height: float, top: int, tick: Callable[[int], str]
) -> None:
    page.set_line_width(0.15)
    page.set_draw_color(*LINE)
    for quarter in range(5):
        level = y + height - height * quarter / 4
        page.line(x, level, x + width, level)
        page.fitted(x - 15, level - 1.6, 14, tick(top * quarter // 4), 6, colour=FAINT, align="R")


def _runs(values: Sequence[int | None]) -> list[list[tuple[int, int]]]:
    """Stretches without a gap, with their places."""
    runs: list[list[tuple[int, int]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]
