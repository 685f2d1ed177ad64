from __future__ import annotations

from collections.abc import Iterator

import pytest

from compliance.insurance.models import Amendment, Policy
from kernel.clock import real_now
from kernel.models import OutboxMessage
from tenants.clock import set_market_clock
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.compliance.insurance.world import World
from tests.harness.insurer import ReferenceInsurer


@pytest.fixture(scope="package")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ReferenceInsurer]]:
    """One program of each dialect for all tests of this folder."""
    started = {
        dialect: ReferenceInsurer(tmp_path_factory.mktemp(dialect), dialect).start()
        for dialect in ("linggong", "jinxi")
    }
    yield started
    for program in started.values():
        program.close()


@pytest.fixture
def world(counties: dict[str, CountyRef], programs: dict[str, ReferenceInsurer]) -> Iterator[World]:
    """Afterwards nobody is asked about what these tests left, and places that never were have no news."""
    made = World(counties["yongan"], programs)
    yield made
    for program in programs.values():
        program.mend()
    set_market_clock(moment=real_now())
    with run_in_county(made.county):
        codes = [one.code for one in made.joined]
        Policy.objects.filter(insurer__in=codes).update(next_ask_at=None, next_tell_at=None)
        Amendment.objects.filter(policy__insurer__in=codes).update(next_ask_at=None)
        OutboxMessage.objects.filter(type__startswith="cn.linggong.cover.").delete()


@pytest.fixture(params=["linggong", "jinxi"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)
