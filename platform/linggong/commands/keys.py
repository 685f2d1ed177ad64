"""Key rotation while the site runs: a new key beside the old ones, then everything sealed anew.

Values name the key they were sealed with, so old and new live side by side until `reseal` is done.
Neither sessions nor a sandbox's messages are: they end by themselves. Index and person keys are never
rotated, since every blind index hangs on them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models, transaction
from rich.progress import track

from kernel.crypto import generate_keys, needs_reseal, reseal
from kernel.db import CountyModel
from linggong.settings import env
from tenants import directory
from tenants.county import run_in_county
from tenants.identity.adapters import MfaAdapter
from tenants.identity.models import User

BATCH = 500


def rotate() -> int:
    """Writes the key file with one more data key, the current one from now on; returns its version.
    The file is replaced whole, so that no process ever reads half of it."""
    path = Path(env.text("LINGGONG_KEYS_FILE"))
    ring = json.loads(path.read_text(encoding="utf-8"))
    version = max(int(known) for known in ring["data"]) + 1
    ring["data"][str(version)] = generate_keys()["data"][1]
    ring["current"] = version
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(ring), encoding="utf-8")
    fresh.chmod(path.stat().st_mode & 0o777)
    fresh.replace(path)
    return version


def reseal_all() -> int:
    """Seals anew what older keys sealed, in short transactions; safe to stop and to run again."""
    done = _identities(User, "phone_sealed")
    done += _authenticators()
    counties = directory.all_counties(sandbox=True)
    for county in track(counties, description="counties", disable=not sys.stdout.isatty()):
        for model, column in _county_columns():
            while True:
                with run_in_county(county, keeping=True):
                    changed, last = _batch(model, column, scope=county.schema_name)
                done += changed
                if last:
                    break
    return done


def _county_columns() -> Iterator[tuple[type[CountyModel], str]]:
    for model in apps.get_models():
        if issubclass(model, CountyModel):
            for field in model._meta.fields:
                if field.name.endswith("_sealed"):
                    yield model, field.name


def _batch(model: type[models.Model], column: str, *, scope: str) -> tuple[int, bool]:
    """One batch of rows whose value an older key sealed; tells how many and whether it was the last.
    A token begins with its key's version, so the database finds old ones itself."""
    old = model._default_manager.exclude(**{column: ""}).exclude(**{f"{column}__startswith": _current_mark()})
    rows = list(old.select_for_update().order_by("pk").values_list("pk", column)[:BATCH])
    for row, token in rows:
        sealed = _resealed(token, scope=scope, table=model._meta.db_table, column=column, row=row)
        model._default_manager.filter(pk=row).update(**{column: sealed})
    return len(rows), len(rows) < BATCH


def _identities(model: type[models.Model], column: str) -> int:
    done = 0
    while True:
        with transaction.atomic(using="identity"):
            changed, last = _batch(model, column, scope="public")
        done += changed
        if last:
            return done


def _authenticators() -> int:
    """One-time password secrets, which allauth keeps inside JSON."""
    done, adapter = 0, MfaAdapter()
    with transaction.atomic(using="identity"):
        for row in Authenticator.objects.select_for_update().filter(type=Authenticator.Type.TOTP):
            secret = row.data.get("secret", "")
            if secret and needs_reseal(secret):
                row.data["secret"] = adapter.encrypt(adapter.decrypt(secret))
                row.save(update_fields=["data"])
                done += 1
    return done


def _resealed(token: str, *, scope: str, table: str, column: str, row: UUID) -> str:
    place: dict[str, Any] = {"scope": scope, "table": table, "column": column, "row": row}
    return reseal(token, **place)


def _current_mark() -> str:
    ring = json.loads(Path(env.text("LINGGONG_KEYS_FILE")).read_text(encoding="utf-8"))
    return f"v{ring['current']}."
