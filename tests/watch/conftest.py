"""Fixtures of the watch's tests."""

from __future__ import annotations

from math import inf

import pytest

from tenants import catalogue, directory


@pytest.fixture(autouse=True)
def public_maps_stay_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The maps of counties and trades are read once, or a reading on a slow machine would be counted."""
    monkeypatch.setattr(directory, "_FRESH_SECONDS", inf)
    monkeypatch.setattr(catalogue, "_FRESH_SECONDS", inf)
