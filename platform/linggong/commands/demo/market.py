"""One county's market as its people play it, and the tally of what they saw over HTTP.

The tally is made from answers of the API only. The city's report is compared with it at the end.
"""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from kernel.clock import SHANGHAI
from linggong.commands.demo.http import Person, Refused, Wire, log_in, sign_up
from linggong.commands.demo.months import Month, Posting
from linggong.commands.demo.people import Invented, invented_credit_code, invented_people

CONSENT = "2026-1"
START_HOUR = 8
SPARE_WORKERS = 4
EMPLOYERS = 3
PATIENCE_SECONDS = 60.0


class Stuck(RuntimeError):
    """Something that workers and timers of the site should have done did not happen in time."""


@dataclass
class Tally:
    """What one county's people saw. Wages in fen."""

    orders: int = 0
    insured_orders: int = 0
    places: int = 0
    insured_places: int = 0
    wages_fen: int = 0
    workers: set[str] = field(default_factory=set)
    by_trade: Counter[str] = field(default_factory=Counter)
    otherwise: Counter[str] = field(default_factory=Counter)
    grabs_won: int = 0
    grabs_lost: int = 0
    withdrawn_fen: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass
class Worker:
    """A worker with a login; `certificates` are the kinds an officer has approved."""

    person: Person
    id: str
    certificates: frozenset[str] = frozenset()
    free_on: int = 0  # first day without a place


@dataclass
class Live:
    """An order of today. `places` are (worker, assignment id) of those who won."""

    posting: Posting
    employer: Person
    id: str
    places: list[tuple[Worker, str]] = field(default_factory=list)
    insurers: list[str] = field(default_factory=list)
    silent: bool = False


class Market:
    """Plays the days of one county. Each method is one phase of a day, called between clock moves."""

    def __init__(
        self,
        *,
        wire: Wire,
        slug: str,
        code: str,
        block: int,
        month: Month,
        first: date,
        trades: dict[str, str | None],
        threads: Executor,
    ) -> None:
        self.wire, self.slug, self.code, self.block = wire, slug, code, block
        self.month, self.first, self.trades, self.threads = month, first, trades, threads
        self.dice = random.Random(f"market {code}")
        self.tally = Tally()
        self.employers: list[Person] = []
        self.workers: list[Worker] = []
        self.today: list[Live] = []
        self.waiting_for_silence: list[Live] = []
        self._crowd = invented_people(code, block)

    # -- before the month ------------------------------------------------------------------------

    def open_hall(self, admin_phone: str, admin_totp: str) -> None:
        """The county's administrator appoints an officer for certificates."""
        self.admin = Person(self.wire, self.slug, log_in(self.wire, admin_phone, admin_totp))
        self.officer = self.staff("certificate_officer")

    def staff(self, role: str) -> Person:
        """Somebody new with a staff role in the county, appointed by the administrator and signed in."""
        phone = next(self._crowd).phone
        made = self.admin.post("staff", {"phone": phone, "role": role}, keyed=False)
        return Person(self.wire, self.slug, log_in(self.wire, phone, made["totp_secret"]))

    def gather(self, done: Callable[[], None]) -> None:
        """Employers register and fund their wallets; workers register, and some show certificates."""
        for serial in range(EMPLOYERS):
            self.employers.append(self._employer(next(self._crowd), serial))
        holders = self._holders()
        for worker in self.threads.map(self._worker, itertools.islice(self._crowd, len(holders)), holders):
            self.workers.append(worker)
            done()

    def _employer(self, who: Invented, serial: int) -> Person:
        person = Person(self.wire, self.slug, sign_up(self.wire, who.phone))
        made = person.post(
            "employers",
            {
                "kind": "company",
                "contact_name": who.name,
                "consent_version": CONSENT,
                "credit_code": invented_credit_code(self.code, serial + 1),
                "display_name": f"演示用工单位{serial + 1}",
            },
        )
        enough = sum(p.headcount * (p.wage_fen + 5_000) for p in self.month.postings) * 2
        path = f"employers/{made['id']}"
        asked = person.post(f"{path}/top-ups", {"amount_fen": enough, "payment_account": f"bank-{serial}"})
        self.until(
            lambda: person.get(f"top-ups/{asked['id']}")["state"] == "succeeded", "an employer's top-up"
        )
        return person

    def _certificates_needed(self) -> Counter[str]:
        """How many holders of each kind the busiest day for it needs, and two to race."""
        needed: Counter[str] = Counter()
        for day in {posting.day for posting in self.month.postings}:
            today: Counter[str] = Counter()
            for posting in self.month.on(day):
                if kind := self.trades[posting.trade]:
                    today[kind] += posting.headcount
            needed |= today
        return Counter({kind: count + 2 for kind, count in needed.items()})

    @property
    def crowd_size(self) -> int:
        return len(self._holders())

    def _holders(self) -> list[frozenset[str]]:
        """The certificates of each worker to come: one at most, so that no day runs short of a kind."""
        kinds = list(self._certificates_needed().elements())
        plain = max(self.month.busiest - len(kinds), 0) + SPARE_WORKERS
        return [*(frozenset({kind}) for kind in kinds), *([frozenset[str]()] * plain)]

    def _worker(self, who: Invented, kinds: frozenset[str]) -> Worker:
        person = Person(self.wire, self.slug, sign_up(self.wire, who.phone))
        made = person.post(
            "workers",
            {
                "name": who.name,
                "id_number": who.id_number,
                "consent_version": CONSENT,
                "insurance_consent": True,
                "can_do": sorted(self.trades),
                "want_to_do": [],
            },
        )
        for kind in sorted(kinds):
            shown = person.post(
                "certificates",
                {
                    "kind": kind,
                    "number": f"DEMO{who.phone[-8:]}{len(kind):02d}",
                    "issued_on": (self.first - timedelta(days=200)).isoformat(),
                    "expires_on": (self.first + timedelta(days=400)).isoformat(),
                },
            )
            self.officer.post(f"certificates/{shown['id']}/approve")
        return Worker(person, made["id"], kinds)

    # -- a day -------------------------------------------------------------------------------------

    def morning(self, day: int) -> None:
        """Orders of the day are posted; workers see them in the feed and race for the places."""
        self.today = [live for posting in self.month.on(day) if (live := self._publish(posting))]
        # Holders of certificates are few: their orders are raced for before others take them.
        for live in sorted(self.today, key=lambda live: self.trades[live.posting.trade] is None):
            if live.posting.ends == "expired":
                continue  # nobody wants it
            self._race(live, day)
            if live.posting.ends == "cancelled":
                live.employer.post(f"orders/{live.id}/cancel", {"reason": "计划有变"})

    def wait_for_cover(self) -> None:
        """Nobody starts before his cover is issued: everybody waits until it is."""
        for live in self.today:
            if live.posting.insured and live.posting.ends in {"settled", "no_show"}:
                self.until(lambda live=live: self._covered(live), f"cover of order {live.posting.order}")  # type: ignore[misc]  # bound at once

    def refused_a_start(self) -> int:
        """How many insured places without issued cover are refused their start code, each asked for."""
        waiting = [
            (live, place)
            for live in self.today
            if live.posting.insured and live.posting.ends == "settled"
            for _, place in live.places
        ]
        return sum(self.threads.map(lambda one: self._is_refused(*one), waiting))

    def _is_refused(self, live: Live, place: str) -> bool:
        try:
            live.employer.post(f"assignments/{place}/start-code", keyed=False)
        except Refused as no:
            return no.code == "cover_pending"
        return False

    def check_in(self) -> None:
        """The employer shows each start code; the worker types it in."""
        self._each_place("settled", self._start)

    def check_out(self, hours: int) -> None:
        """Those whose hours are over go home, and the employer confirms; some leave it to silence."""
        over = [live for live in self.today if live.posting.ends == "settled" and live.posting.hours == hours]
        list(
            self.threads.map(
                lambda place: place[0].person.post(f"assignments/{place[1]}/check-out"),
                [place for live in over for place in live.places],
            )
        )
        for live in over:
            if live.posting.order % 20 == 7:
                self.waiting_for_silence.append(live)
            else:
                live.employer.post(f"orders/{live.id}/confirm", {"corrections": []})
                self._count(live)

    def evening(self) -> None:
        """Timers end what nobody took and where nobody came."""
        for live in self.today:
            if live.posting.ends != "settled":
                expected = live.posting.ends if live.posting.ends in {"cancelled", "expired"} else None
                self.until(lambda live=live: self._ended(live), f"end of order {live.posting.order}")  # type: ignore[misc]  # bound at once
                state = self._order(live)["state"]
                if expected not in {None, state}:
                    raise Stuck(f"{self.slug}: order {live.posting.order} is {state}, not {expected}")
                self.tally.otherwise[live.posting.ends] += 1

    def silence(self) -> None:
        """After the county's days silence has confirmed what employers left open."""
        for live in self.waiting_for_silence:
            self.until(lambda live=live: self._settled(live), f"silence over order {live.posting.order}")  # type: ignore[misc]  # bound at once
            self._count(live)

    def payday(self) -> None:
        """Every worker with money takes it home."""
        asked = [request for request in self.threads.map(self._withdraw, self.workers) if request]
        for person, request in asked:
            self.until(
                lambda person=person, request=request: (
                    person.get(f"withdrawals/{request['id']}")["state"]  # type: ignore[misc]  # bound at once
                    == "succeeded"
                ),
                "a withdrawal",
            )
            self.tally.withdrawn_fen += request["amount_fen"]

    # -- steps ---------------------------------------------------------------------------------------

    def _publish(self, posting: Posting) -> Live | None:
        employer = self.employers[posting.order % len(self.employers)]
        day = self.first + timedelta(days=posting.day - 1)
        starts = datetime(day.year, day.month, day.day, START_HOUR, tzinfo=SHANGHAI)
        terms = {
            "trade": posting.trade,
            "title": f"演示订单 {posting.order}",
            "address": "演示地址",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=posting.hours)).isoformat(),
            "headcount": posting.headcount,
            "pay": {"basis": self.dice.choice(("day", "lump")), "rate_fen": posting.wage_fen},
            "insured": posting.insured,
        }
        try:
            made = employer.post("orders", terms)
        except Refused as no:
            self.tally.refused.append(f"order {posting.order}: {no}")
            return None
        return Live(posting, employer, made["order_id"])

    def _race(self, live: Live, day: int) -> None:
        """More workers than places grab at the same moment."""
        kind = self.trades[live.posting.trade]
        free = [one for one in self.workers if one.free_on <= day and (not kind or kind in one.certificates)]
        self.dice.shuffle(free)
        racers = free[: live.posting.headcount + 2]
        racers[0].person.get(f"feed?limit=20&trade={live.posting.trade}")
        answers = list(self.threads.map(lambda one: grab(one.person, live.id), racers))
        live.places = [(one, won["assignment_id"]) for one, won in zip(racers, answers, strict=True) if won]
        self.tally.grabs_won += len(live.places)
        self.tally.grabs_lost += len(racers) - len(live.places)
        if len(live.places) != live.posting.headcount:
            raise Stuck(
                f"{self.slug}: order {live.posting.order} of {live.posting.headcount} places "
                f"was won by {len(live.places)}"
            )
        for one, _ in live.places:
            one.free_on = day + 1

    def _start(self, live: Live, worker: Worker, place: str) -> None:
        shown = live.employer.post(f"assignments/{place}/start-code", keyed=False)
        worker.person.post(f"assignments/{place}/check-in", {"code": shown["code"]}, keyed=False)

    def _each_place(self, ends: str, act: Callable[[Live, Worker, str], None]) -> None:
        places = [(live, *place) for live in self.today if live.posting.ends == ends for place in live.places]
        list(self.threads.map(lambda one: act(*one), places))

    def _order(self, live: Live) -> dict[str, Any]:
        order: dict[str, Any] = live.employer.get(f"orders/{live.id}")["order"]
        return order

    def _covered(self, live: Live) -> bool:
        roster = live.employer.get(f"orders/{live.id}")["roster"]
        insurers = [row["assignment"]["covers"] for row in roster if row["assignment"]["state"] == "won"]
        if not all(covers and all(one["status"] == "in_force" for one in covers) for covers in insurers):
            return False
        live.insurers = [one["insurer"] for covers in insurers for one in covers]
        return True

    def _ended(self, live: Live) -> bool:
        return self._order(live)["state"] in {"cancelled", "expired"}

    def _settled(self, live: Live) -> bool:
        return bool(self._order(live)["state"] == "settled")

    def _count(self, live: Live) -> None:
        """Counts a settled order as its employer sees it."""
        seen = live.employer.get(f"orders/{live.id}")
        if seen["order"]["state"] != "settled":
            raise Stuck(f"{self.slug}: order {live.posting.order} is {seen['order']['state']}, not settled")
        paid = [row["assignment"] for row in seen["roster"] if row["assignment"]["state"] == "paid"]
        tally = self.tally
        tally.orders += 1
        tally.insured_orders += bool(seen["order"]["insured"])
        tally.places += len(paid)
        tally.insured_places += sum(row["cover"] not in {"none", ""} for row in paid)
        tally.wages_fen += sum(row["wage_fen"] for row in paid)
        tally.workers |= {row["worker_id"] for row in paid}
        tally.by_trade[seen["order"]["trade"]] += 1

    def _withdraw(self, one: Worker) -> tuple[Person, dict[str, Any]] | None:
        wallet = one.person.get(f"workers/{one.id}/wallet")
        if not wallet["available_fen"]:
            return None
        body = {"amount_fen": wallet["available_fen"], "payment_account": f"card-{one.id[-6:]}"}
        return one.person, one.person.post(f"workers/{one.id}/withdrawals", body)

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Asks again, with growing pauses, until the site's workers have done their part."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        for pause in _pauses():
            if true():
                return
            if time.monotonic() > deadline:
                raise Stuck(f"{self.slug}: waited {PATIENCE_SECONDS:.0f} s for {what}")
            time.sleep(pause)  # polling the public API, as a phone would


def grab(person: Person, order_id: str) -> dict[str, Any] | None:
    """One racer's try for a place: what was won, or None when others were faster."""
    for pause in itertools.chain((0.1, 0.2, 0.4), itertools.repeat(0.8, 12)):
        try:
            won: dict[str, Any] = person.post(f"orders/{order_id}/grab")
        except Refused as no:
            if no.code == "order_full":
                return None
            if no.code != "place_busy":
                raise
            time.sleep(pause)  # the winner before us may still fail: the API says to try again
        else:
            return won
    return None


def _pauses() -> Iterator[float]:
    return itertools.chain((0.05, 0.1, 0.2, 0.3), itertools.repeat(0.4))


def hours_of(markets: Iterable[Market]) -> list[int]:
    """The different lengths of today's orders, shortest first."""
    return sorted({live.posting.hours for market in markets for live in market.today})
