from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel.actor import SYSTEM
from kernel.clock import real_now
from tenants.contracts import CountyRef
from tenants.identity.use_cases.create_partner_client import create_partner_client, partner_scopes
from tests.doors.browser import served
from tests.doors.partners.machine import a_key, new_insurer
from tests.harness.insurer import ReferenceInsurer
from tests.partners.setting import CALL, COUNTY, EVENTS, INBOUND, OLD, Partner


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


@contextmanager
def a_partner(county: CountyRef, folder: Path) -> Iterator[Partner]:
    """A new insurer of the county with a client and an inbound key, its program, and a site to call."""
    code = new_insurer()
    client = create_partner_client(
        actor=SYSTEM, county=county, partner=code, name="核心系统", scopes=partner_scopes(), now=real_now()
    )
    (key,) = a_key(county, code)
    program = ReferenceInsurer(folder, code=code).start()
    try:
        with served() as site:
            program.connect(
                COUNTY,
                call_keys=[CALL],
                inbound_keys=[key],
                partners_url=f"{site}/partners/v1/{COUNTY}",
                token_url=f"{site}/o/token/",
                client_id=client.client_id,
                client_secret=client.secret,
                poll=True,
            )
            yield Partner(county, code, program, site, client.client_id, client.secret, key)
            program.stop()
    finally:
        program.close()


@pytest.fixture
def partner(counties: dict[str, CountyRef], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    with a_partner(counties[COUNTY], tmp_path_factory.mktemp("partner")) as partner:
        yield partner


@pytest.fixture(scope="module")
def lasting_partner(
    counties: dict[str, CountyRef], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Partner]:
    """One for a whole file of tests."""
    with a_partner(counties[COUNTY], tmp_path_factory.mktemp("partner")) as partner:
        yield partner
