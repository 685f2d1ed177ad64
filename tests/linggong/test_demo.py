"""The demonstration's own parts: reading months, inventing people, comparing with the report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kernel.identifiers import parse_credit_code, parse_id_number, parse_phone
from linggong.commands.demo import run_demo
from linggong.commands.demo.http import totp_code
from linggong.commands.demo.market import Tally
from linggong.commands.demo.months import COLUMNS, JIANGLE, MonthError, made_up_month, read_month
from linggong.commands.demo.people import invented_credit_code, invented_people
from linggong.commands.demo.report import _county
from tenants.provision_data import sanming, trade_certificates

HEAD = ",".join(COLUMNS)
GOOD = "1,1,moving,1,20000,8,yes,settled"


def _file(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "month.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_jiangles_first_month_has_the_reported_size() -> None:
    month = read_month(JIANGLE, trades=trade_certificates())
    settled = month.settled()
    assert len(settled) == 160
    assert len(month.settled(lambda posting: posting.insured)) == 122
    assert sum(posting.headcount for posting in settled) == 279
    assert sum(posting.headcount for posting in settled if posting.insured) == 221
    assert len(month.postings) - len(settled) == 8


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x,1,moving,1,20000,8,yes,settled", "order must be a whole number"),
        ("1,0,moving,1,20000,8,yes,settled", "day must be"),
        ("1,32,moving,1,20000,8,yes,settled", "day must be"),
        ("1,1,alchemy,1,20000,8,yes,settled", "no such trade"),
        ("1,1,moving,0,20000,8,yes,settled", "headcount must be"),
        ("1,1,moving,1,200.5,8,yes,settled", "wage_per_head_fen must be"),
        ("1,1,moving,1,-1,8,yes,settled", "wage_per_head_fen must be"),
        ("1,1,moving,1,20000,１,yes,settled", "hours_per_head must be"),
        ("1,1,moving,1,20000,8,maybe,settled", "insured must be"),
        ("1,1,moving,1,20000,8,yes,vanished", "ends must be"),
        ("1,1,moving,1,20000,8,yes", "columns are needed"),
        (f"{GOOD}\n{GOOD}", "stands there twice"),
        ("", "no order"),
    ],
)
def test_a_month_that_cannot_be_played_names_the_line(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(MonthError, match=told):
        read_month(_file(tmp_path, HEAD, *line.splitlines()), trades=trade_certificates())


def test_a_file_that_is_no_month(tmp_path: Path) -> None:
    with pytest.raises(MonthError, match="the first line must be"):
        read_month(_file(tmp_path, "a,b,c", "1,2,3"))
    with pytest.raises(MonthError, match="cannot be read"):
        read_month(tmp_path / "nowhere.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    assert run_demo(month=tmp_path / "binary.csv") == 2


def test_made_up_months_keep_the_floor_and_are_the_same_each_time() -> None:
    for spec in sanming():
        one, two = (
            made_up_month(code=spec.code, floor_hour_fen=spec.min_wage_hour_fen, trades=trade_certificates())
            for _ in range(2)
        )
        assert one == two
        assert all(p.wage_fen >= p.hours * spec.min_wage_hour_fen for p in one.postings)


def test_invented_people_pass_every_check() -> None:
    people = invented_people("350428", 7)
    seen = set()
    for _ in range(300):
        one = next(people)
        parse_id_number(one.id_number, on=date(2026, 3, 1))
        seen |= {one.id_number, parse_phone(one.phone)}
    assert len(seen) == 600
    assert parse_credit_code(invented_credit_code("350428", 3))


def test_one_time_passwords_of_the_player() -> None:
    assert len(totp_code("JBSWY3DPEHPK3PXP")) == 6


def test_any_difference_between_report_and_tally_is_told() -> None:
    tally = Tally(orders=2, insured_orders=1, places=3, insured_places=1, wages_fen=500, workers={"a"})
    same = {"orders": 2, "insuredOrders": 1, "places": 3, "insuredPlaces": 1, "wagesFen": 500, "workers": 1}
    assert _county("jiangle", same, tally) == []
    for key in same:
        assert _county("jiangle", {**same, key: 99}, tally) == [f"jiangle: {key} 99, seen {same[key]}"]
