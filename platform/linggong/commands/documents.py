"""The documents that are drawn from code. Tests compare each with what is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import api.catalogue
import api.partners.events
import api.partners.schema
import api.schema
import cityql.schema
from linggong.settings import env


def settings_table() -> str:
    """docs/settings.md: every variable of the environment."""
    lines = [
        "# Settings",
        "",
        "All settings come from the environment. `linggong write docs` draws this table from",
        "`linggong.settings.env`; a variable that is not in it is not read.",
        "In production mode (`LINGGONG_ENV=production`) a process that finds one of the last column's",
        "conditions broken names all of them and does not start.",
        "",
        "| variable | default | meaning | in production |",
        "|---|---|---|---|",
    ]
    for v in env.VARIABLES.values():
        default = f"`{v.default}`" if v.default else "—"
        lines.append(f"| `{v.name}` | {default} | {v.meaning} | {v.in_production or '—'} |")
    return "\n".join(lines) + "\n"


DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "docs/settings.md": settings_table,
    "docs/openapi.json": api.schema.render,
    "docs/partners-openapi.json": api.partners.schema.render,
    "docs/events.md": api.partners.events.render_markdown,
    "docs/errors.md": api.catalogue.render_markdown,
    "docs/city.graphql": cityql.schema.render,
}


def write_all(checkout: Path) -> Iterator[str]:
    """Writes each document below `checkout` and yields its path."""
    for path, render in DOCUMENTS.items():
        (checkout / path).write_text(render(), encoding="utf-8")
        yield path
