from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.harness.insurer import ReferenceInsurer
from tests.partners.setting import CALL, COUNTY, EVENTS, INBOUND, OLD


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceInsurer]:
    """One reference insurer for a file of tests, with keys but nobody to send to."""
    insurer = ReferenceInsurer(tmp_path_factory.mktemp("standing")).start()
    insurer.connect(COUNTY, call_keys=[CALL, OLD], endpoint_keys=[EVENTS], inbound_keys=[INBOUND])
    yield insurer
    insurer.close()


@pytest.fixture
def insurer(standing: ReferenceInsurer) -> Iterator[ReferenceInsurer]:
    """The same, with every fault mended afterwards."""
    yield standing
    standing.mend()


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
