"""Fixtures of the doors' tests."""

from __future__ import annotations

from math import inf

import pytest

from tenants import catalogue, directory
from tenants.contracts import CountyRef
from tenants.partners import selectors as partners
from tests.doors.partners.machine import new_insurer


@pytest.fixture(autouse=True)
def public_maps_stay_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The maps of counties, trades and insurers are read once, then kept: read again in the middle of a test
    on a slow machine, they would be counted as statements of the request."""
    monkeypatch.setattr(directory, "_FRESH_SECONDS", inf)
    monkeypatch.setattr(catalogue, "_FRESH_SECONDS", inf)
    monkeypatch.setattr(partners, "_FRESH_SECONDS", inf)


@pytest.fixture
def insurer(counties: dict[str, CountyRef]) -> str:
    """The code of an insurer of this test alone."""
    return new_insurer()


@pytest.fixture
def other_insurer(counties: dict[str, CountyRef]) -> str:
    return new_insurer()
