"""Small cells of a signed document. The county signs every figure; whoever reads it for the city sees what
figures show: not the money of a few policies or claims."""

from __future__ import annotations

from reporting import masking
from reporting.dictionary import declarations
from reporting.metrics import Metric
from reporting.signoff.contracts import Cell, MonthFigures


def tells_of_cases(metric: str) -> bool:
    """Whether a metric is somebody's money: a change of it tells of the cases that made it, however many
    there were before."""
    declared = declarations().get(metric)
    return isinstance(declared, Metric) and declared.cases is not None


def hidden_cells(figures: MonthFigures) -> frozenset[Cell]:
    """The cells by trade that are not shown, with those that the county's total would give away."""
    rows: dict[str, dict[str, int]] = {}
    total: dict[str, int] = {}
    for (metric, trade), value in figures.sums.items():
        rows.setdefault(trade, {})[metric] = value
        total[metric] = total.get(metric, 0) + value
    return frozenset(
        (code, trade)
        for code, declared in declarations().items()
        if tells_of_cases(code)
        for trade in masking.hidden(declared, rows, total)[0]
    )
