"""`linggong staff`: the first administrators, whom nobody on the site could appoint."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typer

from kernel.actor import SYSTEM
from kernel.errors import DomainError
from tenants import directory
from tenants.identity.use_cases.create_staff import create_staff


def add_staff(who: list[str], *, file: Path | None) -> None:
    """`who` holds ROLE:COUNTY=PHONE or ROLE=PHONE. A secret is shown once; an enrolled login has none."""
    made = []
    for wanted in who:
        role_and_county, _, phone = wanted.partition("=")
        role, _, slug = role_and_county.partition(":")
        try:
            county = directory.by_slug(slug) if slug else None
            login = create_staff(actor=SYSTEM, phone=phone, role=role, county=county, now=datetime.now(UTC))
        except DomainError as refusal:
            raise typer.BadParameter(f"{role_and_county}: {refusal}") from None
        made.append({"role": role_and_county, "phone": phone, "totp": login.totp_secret or ""})
    if file is not None:
        file.touch(mode=0o600)
        file.write_text(json.dumps(made), encoding="utf-8")
        return
    for row in made:
        typer.echo(f"{row['role']}  TOTP secret: {row['totp'] or '(enrolled before)'}")
