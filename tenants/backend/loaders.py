"""Reading moments off the wire.

Django puts its own class before the driver's compiled one to name the time zone, and the driver's readable
twin then takes every moment apart with a regular expression: 5 to 10 microseconds each, the largest part of
reading a page of a hundred rows. `datetime.fromisoformat` reads the same text some fifty times as fast.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader


class MomentLoader(BaseTzLoader):
    """Loads a timestamptz as Django's loader does, in the connection's time zone. What is no ISO moment of
    Python's years (infinity, BC) goes the driver's own way, which says what is wrong with it."""

    def load(self, data: Any) -> Any:
        try:
            read = datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return super().load(data)
        return read.replace(tzinfo=self.timezone)


def register(connection: Any, timezone: Any) -> None:
    """Makes the connection's cursors read moments with `MomentLoader`."""
    loader = type("MomentLoaderIn", (MomentLoader,), {"timezone": timezone})
    connection.adapters.register_loader("timestamptz", loader)
