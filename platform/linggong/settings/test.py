"""Settings of the test suite. tests/conftest.py starts the servers and fills in their addresses."""

from __future__ import annotations

import os

os.environ.setdefault("LINGGONG_MARKET_CLOCK", "1")
os.environ.setdefault("LINGGONG_SANDBOX", "1")
os.environ.setdefault("LINGGONG_DB_ROLE_PREFIX", "lgtest")
os.environ.setdefault("LINGGONG_EGRESS_ALLOW", "127.0.0.1,::1")

from linggong.settings.site import *  # noqa: F403  # after the environment above

LINGGONG_WAKE_WORKERS = False  # tests deliver news themselves, when they mean to
