"""`linggong insurer`: what the city's administrator may do, from the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import typer

from kernel.actor import SYSTEM
from kernel.clock import real_now
from kernel.errors import DomainError
from tenants.partners.contracts import InsurerView
from tenants.partners.selectors import insurers
from tenants.partners.use_cases.register_insurer import register_insurer
from tenants.partners.use_cases.rename_insurer import rename_insurer
from tenants.partners.use_cases.suspend_insurer import resume_insurer, suspend_insurer


def add(code: str, name: str, name_en: str) -> str:
    return _done(
        lambda: register_insurer(code=code, name=name, name_en=name_en, actor=SYSTEM, now=real_now())
    )


def rename(code: str, name: str, name_en: str) -> str:
    return _done(lambda: rename_insurer(code=code, name=name, name_en=name_en, actor=SYSTEM, now=real_now()))


def suspend(code: str, reason: str) -> str:
    return _done(lambda: suspend_insurer(code=code, reason=reason, actor=SYSTEM, now=real_now()))


def resume(code: str, reason: str) -> str:
    return _done(lambda: resume_insurer(code=code, reason=reason, actor=SYSTEM, now=real_now()))


def lines() -> Iterator[str]:
    """One line an insurer, by code."""
    yield from (_line(view) for view in insurers().values())


def _done(act: Callable[[], InsurerView]) -> str:
    """The insurer's line as it stands now; a refusal is the caller's mistake."""
    try:
        return _line(act())
    except DomainError as refusal:
        raise typer.BadParameter(str(refusal)) from None


def _line(view: InsurerView) -> str:
    state = "active" if view.active else "suspended"
    return f"{view.code:20}  {state:9}  since {view.since}  {view.name} / {view.name_en}"
