"""Every code with its texts: a page for people at /api/errors, and docs/errors.md from the same table."""

from __future__ import annotations

import re
from html import escape

from django.http import HttpRequest, HttpResponse

from api.endpoint import guarded
from api.problems import TITLES
from kernel.errors import CATALOGUE, HTTP_STATUS, Refusal

_PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>错误代码 · Error codes · 零工 Linggong</title>
<style>
body {{ font: 16px/1.6 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 60rem;
  padding: 0 1rem; color: #1c1c1c; background: #fff; }}
h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
dt {{ margin-top: 1rem; font-weight: 600; }}
dt:target {{ background: #fff3bf; }}
dd {{ margin: 0; }}
code {{ font-size: 1rem; }}
small {{ color: #555; }}
</style>
</head>
<body>
<h1>错误代码 <span lang="en">Error codes</span></h1>
<p>每个拒绝都带有固定的代码；程序看 <code>code</code>，人看 <code>detail</code>。<br>
<span lang="en">Every refusal carries a stable code: programs read <code>code</code>, people read
<code>detail</code>.</span></p>
{sections}
</body>
</html>
"""


def page(request: HttpRequest) -> HttpResponse:
    """All codes by HTTP status, each with an anchor that a problem's `type` points to."""
    return guarded(request, lambda: HttpResponse(_PAGE.format(sections=_sections())))


def render_markdown() -> str:
    """docs/errors.md."""
    lines = [
        "# Error codes",
        "",
        "Written by `linggong write docs` from the refusals in the code; a test fails when it lags behind.",
        "",
    ]
    for status, refusals in _by_status():
        zh, en = TITLES[refusals[0].kind]
        lines += [
            f"## {status} {en} {zh}",
            "",
            "| code | 中文 | English | source |",
            "| --- | --- | --- | --- |",
        ]
        lines += [f"| `{r.code}` | {_cell(r.zh)} | {_cell(r.en)} | {_cell(r.source)} |" for r in refusals]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Placeholders as code, so that they read as such; bars would end the cell."""
    return re.sub(r"{(\w+)}", r"`\1`", text).replace("|", "\\|")


def _by_status() -> list[tuple[int, list[Refusal]]]:
    by_status: dict[int, list[Refusal]] = {}
    for code in sorted(CATALOGUE):
        by_status.setdefault(HTTP_STATUS[CATALOGUE[code].kind], []).append(CATALOGUE[code])
    return sorted(by_status.items())


def _sections() -> str:
    parts = []
    for status, refusals in _by_status():
        zh, en = TITLES[refusals[0].kind]
        parts.append(f'<h2>{status} {zh} <span lang="en">{en}</span></h2>\n<dl>')
        parts += [_entry(refusal) for refusal in refusals]
        parts.append("</dl>")
    return "\n".join(parts)


def _entry(refusal: Refusal) -> str:
    source = f"<br><small>{escape(refusal.source)}</small>" if refusal.source else ""
    return (
        f'<dt id="{refusal.code}"><code>{refusal.code}</code></dt>\n'
        f'<dd>{escape(refusal.zh)}<br><span lang="en">{escape(refusal.en)}</span>{source}</dd>'
    )
