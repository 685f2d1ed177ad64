"""The demonstration's two insurers: started as it starts them, connected over REST, broken and mended."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from compliance.fund.selectors import reserve
from compliance.insurance.selectors import connections
from compliance.rates.contracts import Layer
from compliance.rates.selectors import ranked
from linggong.commands.demo.http import Person, Refused, Wire
from linggong.commands.demo.insurers import Insurers, InsurerStuck
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.chaos.site import until
from tests.doors.browser import served
from tests.doors.rest import staff_member
from tests.harness.servers import CHECKOUT
from webhooks.selectors import endpoints

FROM = date(2040, 1, 1)  # far off: other tests share the county and its ranking
COUNTY = "jianning"


@pytest.fixture
def insurers(tmp_path: Path) -> Iterator[Insurers]:
    """Both running as the supervisor would run them."""
    insurers = Insurers(tmp_path / "insurers", CHECKOUT)
    running = [
        subprocess.Popen(child.argv, cwd=child.cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for child in insurers.children()
    ]
    try:
        for one in insurers.all:
            until(one.ready, f"{one.code} answers")
        yield insurers
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_both_are_connected_ranked_broken_and_mended(
    counties: dict[str, CountyRef], insurers: Insurers
) -> None:
    county = counties[COUNTY]
    token = staff_member(county, "county_admin").token
    assert token is not None
    with served() as site:
        wire = Wire(site)
        admin = Person(wire, COUNTY, token)
        insurers.connect(admin, from_day=FROM)
        with run_in_county(county):
            assert [product.code for product in ranked(Layer.TOP_UP, FROM)] == ["minjiang_job", "jinxi_job"]
            mine = {one.insurer: one for one in connections()}
            assert (mine["minjiang"].adapter, mine["jinxi"].adapter) == ("linggong", "jinxi")
            assert [view.url for view in endpoints("minjiang")] == [
                f"{insurers.minjiang.address}/{COUNTY}/events"
            ]
            assert reserve() is not None
        insurers.fail(insurers.minjiang)
        with pytest.raises(Refused, match="connection_test_failed"):
            admin.post("insurers/minjiang/connection/test")
        admin.post("insurers/jinxi/connection/test")
        insurers.recover(insurers.minjiang)
        assert admin.post("insurers/minjiang/connection/test")["state"] == "active"
        assert insurers.hand_in([COUNTY], FROM) == {(COUNTY, "minjiang"): 0, (COUNTY, "jinxi"): 0}
        assert insurers.sold(COUNTY) == {"minjiang": {}, "jinxi": {}}
        assert insurers.twice(COUNTY) == []
        wire.close()
    with pytest.raises(InsurerStuck):
        insurers.fail(insurers.jinxi, no_such_switch=True)
