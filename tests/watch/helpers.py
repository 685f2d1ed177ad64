"""The watch's tables, emptied: other tests' facts are folded into them, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connections

from tests.harness.servers import superuser


def as_superuser(sql: str, params: Sequence[Any] | None = None) -> None:
    """What no login of the site may do."""
    name = connections["city"].settings_dict["NAME"]
    with psycopg.connect(**superuser(), dbname=name, autocommit=True) as server:
        server.execute(sql, params)


def empty_watch() -> None:
    as_superuser(
        "TRUNCATE watch_personbooking, watch_paybucket, watch_marketday, watch_happening, watch_alert, "
        "watch_alertchange, watch_rulesetting"
    )
