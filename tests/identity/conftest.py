from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _only_this_room(settings):
    """The login's addresses alone, so that a fault of a door shows in the door's tests."""
    settings.ROOT_URLCONF = "tenants.identity.urls"
