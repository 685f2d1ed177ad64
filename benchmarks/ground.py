"""A site's servers and database for one benchmark: fsync and synchronous_commit on, as in production."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linggong.embedded import Servers
from linggong.site import prepare


@contextmanager
def site() -> Iterator[dict[str, str]]:
    """Starts servers, opens all counties and yields the environment of the site's processes."""
    with tempfile.TemporaryDirectory(prefix="lgb-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        servers = Servers(Path(folder) / "d", fsync=True)
        try:
            ready = prepare(servers, port=1, say=lambda told: None)
            yield {**ready.env, "LINGGONG_BENCH_SUPERUSER": servers.start().pg_superuser}
        finally:
            servers.stop()


def use(env: dict[str, str], settings: str) -> None:
    """Loads Django in this process on the site's environment."""
    os.environ.update(env)
    os.environ["DJANGO_SETTINGS_MODULE"] = f"linggong.settings.{settings}"
    import django

    django.setup()
