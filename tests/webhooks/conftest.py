from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.webhooks.partner import ENDED, STARTED
from tests.webhooks.receiver import Receiver
from webhooks import catalogue


@pytest.fixture(autouse=True)
def trial_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two event types for these tests alone: other tests compare the whole catalogue with its documents."""
    monkeypatch.setattr(catalogue, "_types", {**catalogue._types})
    catalogue.register(STARTED, ENDED)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as there:
        yield there
