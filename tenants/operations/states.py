"""The life of an operation, and the steps of each kind, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.states import Machine
from tenants.operations.contracts import OperationKind, OperationState, Side

_S = OperationState

OPERATION: Machine[OperationState] = Machine(
    name="operation",
    moves={
        _S.QUEUED: frozenset({_S.RUNNING}),
        _S.RUNNING: frozenset({_S.DONE, _S.FAILED}),
        _S.FAILED: frozenset({_S.QUEUED}),
        _S.DONE: frozenset(),
    },
)

PENDING = frozenset({_S.QUEUED, _S.RUNNING, _S.FAILED})
"""States in which an operation still keeps its county's name, code and predecessors for itself."""

MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    side: Side
    zh: str
    en: str


_TABLES = Step("tables", Side.OWNER, "建立角色、库表和目录", "Role, schema, tables and directory row")
_SUCCESSION = Step("succession", Side.OWNER, "登记承接关系与停用的区划代码", "Succession and retired codes")
_SEED = Step("seed", Side.SITE, "首份市场规则与费率表", "First policy and rate tables")
_CHECK = Step("check", Side.SITE, "检查新县可用", "A look whether the county answers")

STEPS: Mapping[OperationKind, tuple[Step, ...]] = {
    OperationKind.ONBOARD: (_TABLES, _SEED, _CHECK),
    OperationKind.SUCCEED: (_TABLES, _SUCCESSION, _SEED, _CHECK),
}


def step_after(kind: OperationKind, done: int) -> Step | None:
    """What comes when `done` steps are done; None at the end."""
    steps = STEPS[kind]
    return steps[done] if done < len(steps) else None
