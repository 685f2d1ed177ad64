"""Fixtures of the doors' tests."""

from __future__ import annotations

from math import inf

import pytest

from tenants import catalogue, directory


@pytest.fixture(autouse=True)
def public_maps_stay_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The maps of counties and trades are read once, then kept: read again in the middle of a test on a slow
    machine, they would be counted as statements of the request."""
    monkeypatch.setattr(directory, "_FRESH_SECONDS", inf)
    monkeypatch.setattr(catalogue, "_FRESH_SECONDS", inf)
