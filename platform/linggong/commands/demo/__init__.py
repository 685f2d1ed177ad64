"""The demonstration: one order line by line, then a month of eleven counties, checked against the
city's report. Everything it does goes through the public API of a running site."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kernel.clock import SHANGHAI
from linggong.commands.demo import city, insurance, report
from linggong.commands.demo.http import Refused, Wire, log_in, set_clock
from linggong.commands.demo.insurers import FALLBACK_AFTER_MINUTES, Insurers, InsurerStuck
from linggong.commands.demo.market import Market, Stuck, hours_of
from linggong.commands.demo.months import JIANGLE, Month, MonthError, made_up_month, read_month
from linggong.commands.demo.story import BLOCK as STORY_BLOCK
from linggong.commands.demo.story import Story
from linggong.embedded import Servers, Supervisor, default_root, this_checkout
from linggong.site import SAMPLE_COUNTY, Site, free_port, prepare
from tenants.provision_data import CountySpec, sanming, trade_certificates

FIRST = date(2026, 3, 1)
DAYS = 31
BAD_DAY = 15  # on which the first insurer answers nobody
AFTER = 6  # days after the month, for silence to confirm what was left open

__all__ = ["run_demo"]


def run_demo(*, month: Path | None) -> int:
    """0 when the report equals what was seen and all ledgers verify; 1 on any difference, 2 for a
    month file that cannot be played."""
    console = Console()
    trades = trade_certificates()
    try:
        played = read_month(month or JIANGLE, trades=trades)
    except MonthError as bad:
        console.print(f"[red]{bad}[/red]", highlight=False)
        return 2
    servers = Servers(default_root(this_checkout()) / "demo")
    try:
        console.print("Starting a site of its own for the demonstration", highlight=False)
        site = prepare(servers, port=free_port(), say=lambda told: console.print(f"  {told}"), fresh=True)
        logins = _logins(site, servers.root / "private" / "demo.json")
        insurers = Insurers(servers.root / "insurers", this_checkout())
        supervisor = Supervisor(
            [*insurers.children(), *site.children()],
            servers=servers,
            sink=_log_to(servers.root / "log" / "site.log"),
        )
        return supervisor.run(
            task=lambda: Play(console, site, logins, played, trades, insurers, servers.root).run()
        )
    finally:
        servers.stop()


class Play:
    """The whole demonstration against a running site."""

    def __init__(
        self,
        console: Console,
        site: Site,
        logins: dict[str, tuple[str, str]],
        month: Month,
        trades: dict[str, str | None],
        insurers: Insurers,
        folder: Path,
    ) -> None:
        self.folder = folder
        self.console, self.site, self.logins, self.insurers = console, site, logins, insurers
        self.month, self.trades = month, trades
        self.wire = Wire(site.address)
        self.bad_day = ""
        self.threads = ThreadPoolExecutor(max_workers=8)
        self.counties = ThreadPoolExecutor(max_workers=4)

    def run(self) -> int:
        began = time.monotonic()
        try:
            Story(
                wire=self.wire,
                console=self.console,
                first=FIRST,
                threads=self.threads,
                insurers=self.insurers,
            ).tell(*self.logins["county_admin:sandbox"])
            markets = self._play_month()
            code = self._close(markets)
        except (Refused, Stuck, InsurerStuck, AssertionError) as failure:
            self.console.print(f"[red]the demonstration stopped: {failure}[/red]", highlight=False)
            code = 1
        self.console.print(
            f"{self.wire.calls} HTTP calls in {time.monotonic() - began:.0f} s", highlight=False
        )
        return code

    # -- the month -----------------------------------------------------------------------------------

    def _play_month(self) -> list[Market]:
        self.console.rule("A month in eleven counties")
        self.console.print(
            f"{SAMPLE_COUNTY}: {self.month.source} (its size was reported; the spread over trades and days "
            "is made up). The other ten months are made up.",
            highlight=False,
        )
        markets = [self._market(block, spec) for block, spec in enumerate(sanming(), start=1)]
        with Progress(
            TextColumn("{task.description:22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self.console,
        ) as bars:  # fmt: skip
            self._gather(markets, bars)
            days = bars.add_task("days", total=DAYS)
            orders = {
                market.slug: bars.add_task(market.slug, total=len(market.month.postings))
                for market in markets
            }
            for day in range(1, DAYS + 1):
                self._play_day(day, markets)
                for market in markets:
                    bars.advance(orders[market.slug], len(market.month.on(day)))
                bars.advance(days)
            self._finish(markets)
        return markets

    def _market(self, block: int, spec: CountySpec) -> Market:
        month = self.month
        if spec.slug != SAMPLE_COUNTY:
            month = made_up_month(code=spec.code, floor_hour_fen=spec.min_wage_hour_fen, trades=self.trades)
        return Market(
            wire=self.wire,
            slug=spec.slug,
            code=spec.code,
            block=block,
            month=month,
            first=FIRST,
            trades=self.trades,
            threads=self.threads,
        )

    def _gather(self, markets: list[Market], bars: Progress) -> None:
        people = bars.add_task("people register", total=sum(market.crowd_size for market in markets))
        self._all(markets, lambda market: market.open_hall(*self.logins[f"county_admin:{market.slug}"]))
        self._all(markets, lambda market: self.insurers.connect(market.admin, from_day=FIRST))
        self._all(markets, lambda market: market.gather(lambda: bars.advance(people)))

    def _play_day(self, day: int, markets: list[Market]) -> None:
        self._clock(day, 6)
        if day == BAD_DAY:
            self.insurers.fail(self.insurers.minjiang)
        self._all(markets, lambda market: market.morning(day))
        if day == BAD_DAY:
            self._turn_to_the_other(markets)
        self._all(markets, Market.wait_for_cover)
        self._clock(day, 7, 50)
        self._all(markets, Market.check_in)
        for hours in hours_of(markets):
            self._clock(day, 8 + hours)
            self._all(markets, lambda market, hours=hours: market.check_out(hours))  # type: ignore[misc]  # bound at once
        self._clock(day, 23)
        self._all(markets, Market.evening)
        if day == BAD_DAY:
            self._mend(markets)

    def _turn_to_the_other(self, markets: list[Market]) -> None:
        """Nobody may start without cover; after the county's limit the second insurer is asked."""
        refused = sum(self.counties.map(Market.refused_a_start, markets))
        self._clock(BAD_DAY, 6, FALLBACK_AFTER_MINUTES + 1)
        self._all(markets, Market.wait_for_cover)
        turned = Counter(code for market in markets for live in market.today for code in live.insurers)
        silent, other = self.insurers.minjiang.code, self.insurers.jinxi.code
        self.bad_day = (
            f"day {BAD_DAY}: {silent} answered nobody; {refused} start codes were refused until "
            f"{turned[other]} places were covered by {other}"
        )
        if turned[silent]:
            raise Stuck("an insurer that was down has issued cover")

    def _mend(self, markets: list[Market]) -> None:
        """It answers again; each county tests its connection, which closes the breaker."""
        self.insurers.recover(self.insurers.minjiang)
        code = self.insurers.minjiang.code
        self._all(markets, lambda market: market.admin.post(f"insurers/{code}/connection/test"))

    def _finish(self, markets: list[Market]) -> None:
        self._clock(DAYS + AFTER, 12)
        self._all(markets, Market.silence)
        self._all(markets, Market.payday)

    def _clock(self, day: int, hour: int, minute: int = 0) -> None:
        at = datetime(FIRST.year, FIRST.month, FIRST.day, hour, minute, tzinfo=SHANGHAI)
        set_clock(self.wire, (at + timedelta(days=day - 1)).isoformat())

    def _all(self, markets: Iterable[Market], act: Callable[[Market], object]) -> None:
        list(self.counties.map(act, markets))

    # -- the end ---------------------------------------------------------------------------------------

    def _close(self, markets: list[Market]) -> int:
        token = log_in(self.wire, *self.logins["city_admin"])
        data = report.fetch(self.wire, token, FIRST, FIRST + timedelta(days=DAYS + AFTER + 1))
        report.show(self.console, data)
        won = sum(market.tally.grabs_won for market in markets)
        lost = sum(market.tally.grabs_lost for market in markets)
        self.console.print(f"races: {won} places won, {lost} grabs lost, no place won twice", highlight=False)
        faults = report.differences(data, markets) + [
            fault for market in markets for fault in _unlike_the_file(market)
        ]
        faults += insurance.check(self.console, markets, self.insurers, FIRST)
        faults += city.sign_off(self.console, self.wire, token, markets, FIRST)
        faults += city.bulletin(self.console, self.wire, token, FIRST, self.folder)
        self.console.print(self.bad_day, highlight=False)
        for market in markets:
            for refused in market.tally.refused:
                self.console.print(f"  the site refused {market.slug} {refused}", highlight=False)
        verified = subprocess.run(
            [sys.executable, "-m", "linggong.cli", "ledger", "verify"], env={**self.site.env}, check=False
        )
        for fault in faults:
            self.console.print(f"[red]difference: {fault}[/red]", highlight=False)
        if not faults:
            self.console.print("The report equals what was seen over HTTP.", style="green")
        return 1 if faults or verified.returncode else 0


def _unlike_the_file(market: Market) -> list[str]:
    """Whether the month went as written, leaving out what the site refused to take."""
    tally, month = market.tally, market.month
    if tally.refused:
        return []
    wanted = {
        "orders": len(month.settled()),
        "insured": len(month.settled(lambda posting: posting.insured)),
        "places": sum(posting.headcount for posting in month.settled()),
        "wages": sum(posting.headcount * posting.wage_fen for posting in month.settled()),
    }
    seen = {
        "orders": tally.orders,
        "insured": tally.insured_orders,
        "places": tally.places,
        "wages": tally.wages_fen,
    }
    return [
        f"{market.slug}: {key} {seen[key]}, written {wanted[key]}"
        for key in wanted
        if wanted[key] != seen[key]
    ]


def _logins(site: Site, file: Path) -> dict[str, tuple[str, str]]:
    """One administrator a county and one of the city, made as an operator makes the first ones."""
    names = [f"county_admin:{spec.slug}" for spec in sanming()] + ["county_admin:sandbox", "city_admin"]
    subprocess.run(
        [sys.executable, "-m", "linggong.cli", "staff", "--file", str(file)]
        + [f"{name}={_phone(number)}" for number, name in enumerate(names)],
        env={**site.env},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    made: dict[str, tuple[str, str]] = {
        row["role"]: (row["phone"], row["totp"]) for row in json.loads(file.read_text(encoding="utf-8"))
    }
    return made


def _phone(number: int) -> str:
    return f"139{STORY_BLOCK + 1:02d}{number:06d}"


def _log_to(path: Path) -> Callable[[str], None]:
    """The site's own output goes to a file, so that the story stays readable."""
    path.parent.mkdir(exist_ok=True)
    sink = path.open("a", encoding="utf-8", buffering=1)

    def write(line: str) -> None:
        sink.write(f"{line}\n")

    return write
