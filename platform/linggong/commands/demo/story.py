"""One order of 300 yuan, line by line: every line is an HTTP call that anybody could make."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from datetime import date, datetime, timedelta

from rich.console import Console

from kernel.clock import SHANGHAI
from kernel.money import yuan
from linggong.commands.demo.http import Person, Refused, Told, Wire, set_clock, sign_up
from linggong.commands.demo.insurers import Insurers
from linggong.commands.demo.market import CONSENT, Market, grab
from linggong.commands.demo.months import Month
from linggong.commands.demo.people import Invented, invented_credit_code, invented_people

COUNTY, CODE, BLOCK = "sandbox", "350499", 90
WAGE_FEN = 30_000


class Story:
    """Plays in the sandbox county, which every figure leaves out."""

    def __init__(
        self, *, wire: Wire, console: Console, first: date, threads: Executor, insurers: Insurers
    ) -> None:
        self.wire, self.console, self.threads, self.insurers = wire, console, threads, insurers
        self.day = first
        self.market = Market(
            wire=wire,
            slug=COUNTY,
            code=CODE,
            block=BLOCK,
            month=Month("story", ()),
            first=first,
            trades={},
            threads=threads,
        )
        self.line = 0

    def tell(self, admin_phone: str, admin_totp: str) -> None:
        """Raises `Refused` or `AssertionError` when a line does not come out as told."""
        people = invented_people("350428", BLOCK + 2)
        self._at(6, 0)
        self.console.rule("One order of 300 yuan, in the sandbox county")
        self.market.open_hall(admin_phone, admin_totp)
        self.insurers.connect(self.market.admin, from_day=self.day)
        self._say("two insurers are connected: one speaks our contract, one a language of its own")
        employer, _ = self._employer(next(people))
        workers = [self._worker(next(people)) for _ in range(4)]
        order_id = self._post(employer)
        welder = self._certificate(workers[0], order_id)
        winner, place = self._race([welder, *workers[1:]], order_id)
        self._cover_and_start(employer, winner, place)
        self._work(winner, employer, place, order_id)
        self._money(winner)

    # -- lines -------------------------------------------------------------------------------------

    def _employer(self, who: Invented) -> tuple[Person, str]:
        person = self._person(who, "employer")
        made = person.post(
            "employers",
            {
                "kind": "company",
                "contact_name": who.name,
                "consent_version": CONSENT,
                "credit_code": invented_credit_code(CODE, 99),
                "display_name": "演示钢结构厂",
            },
        )
        path = f"employers/{made['id']}"
        asked = person.post(f"{path}/top-ups", {"amount_fen": 100_000, "payment_account": "bank-story"})
        self._quietly(
            person, lambda: person.get(f"top-ups/{asked['id']}")["state"] == "succeeded", "the top-up"
        )
        wallet = person.get(f"{path}/wallet")
        self._say(f"the employer has {yuan(wallet['balance_fen'])} yuan in the supervised wallet")
        return person, made["id"]

    def _worker(self, who: Invented) -> tuple[Person, str]:
        person = self._person(who, "worker")
        made = person.post(
            "workers",
            {
                "name": who.name,
                "id_number": who.id_number,
                "consent_version": CONSENT,
                "insurance_consent": True,
                "can_do": ["welding"],
                "want_to_do": [],
            },
        )
        return person, made["id"]

    def _post(self, employer: Person) -> str:
        starts = datetime(self.day.year, self.day.month, self.day.day, 8, tzinfo=SHANGHAI)
        terms = {
            "trade": "welding",
            "title": "焊接护栏",
            "address": "演示县工业路 1 号",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=8)).isoformat(),
            "headcount": 1,
            "pay": {"basis": "day", "rate_fen": WAGE_FEN},
            "insured": True,
        }
        quote = employer.post("quotes", terms, keyed=False)
        self._say(
            f"quoted: wage {yuan(quote['wage_max_fen'])}, premium {yuan(quote['premium_fen'])} "
            f"(class {quote['risk_class']}), fee {yuan(quote['fee_fen'])}, "
            f"together {yuan(quote['total_fen'])}"
        )
        made = employer.post("orders", terms)
        self._say(f"posted: order {made['number']}, {yuan(made['escrow_fen'])} in escrow")
        return str(made["order_id"])

    def _certificate(self, worker: tuple[Person, str], order_id: str) -> tuple[Person, str]:
        person, _ = worker
        feed = person.get("feed?limit=5&trade=welding")
        self._say(f"offered: the worker's feed shows {len(feed['items'])} order(s)")
        try:
            person.post(f"orders/{order_id}/grab")
        except Refused as no:
            self._say(f"refused without a certificate: {no.code}")
        else:
            raise AssertionError("welding was given to somebody without a certificate")
        return worker

    def _race(self, workers: list[tuple[Person, str]], order_id: str) -> tuple[tuple[Person, str], str]:
        for number, (person, _) in enumerate(workers):
            shown = person.post(
                "certificates",
                {
                    "kind": "special_operation:welding",
                    "number": f"STORY{number:06d}",
                    "issued_on": (self.day - timedelta(days=100)).isoformat(),
                    "expires_on": (self.day + timedelta(days=500)).isoformat(),
                },
            )
            self.market.officer.post(f"certificates/{shown['id']}/approve")
        self._say(f"{len(workers)} workers handed in a certificate; an officer approved each")
        racing = [(person, _silent(person)) for person, _ in workers]
        answers = list(self.threads.map(lambda one: grab(one[1], order_id), racing))
        won = [number for number, answer in enumerate(answers) if answer]
        assert len(won) == 1, f"{len(won)} winners of one place"
        self.console.print(
            f"     POST {self.wire.address}/{COUNTY}/api/v1/orders/{order_id}/grab × {len(workers)}",
            style="dim",
        )
        self._say(f"raced for by {len(workers)} at once: one won, {len(workers) - 1} heard order_full")
        answer = answers[won[0]]
        assert answer is not None
        return workers[won[0]], str(answer["assignment_id"])

    def _cover_and_start(self, employer: Person, winner: tuple[Person, str], place: str) -> None:
        person, _ = winner
        quiet = _silent(person)
        self.market.until(
            lambda: quiet.get(f"assignments/{place}")["assignment"]["cover"] == "issued", "the cover"
        )
        [cover] = person.get(f"assignments/{place}")["assignment"]["covers"]
        self._say(
            f"cover: {cover['state']} by {cover['insurer']}, certificate {cover['certificate_number']}; "
            "without it there is no start code"
        )
        asked = person.post("covered/by-slip", {"slip": cover["slip"]}, keyed=False)["items"][0]
        told = "covered" if asked["covered"] else "not covered"
        self._say(f"am I covered? slip {cover['slip']}: {told} by {asked['insurer_name']}")
        self._at(7, 50)
        shown = employer.post(f"assignments/{place}/start-code", keyed=False)
        self._say("start code: shown to the employer's side on site")
        person.post(f"assignments/{place}/check-in", {"code": shown["code"]}, keyed=False)
        self._say("checked in with the code")

    def _work(self, winner: tuple[Person, str], employer: Person, place: str, order_id: str) -> None:
        self._at(16, 0)
        person, _ = winner
        out = person.post(f"assignments/{place}/check-out")
        self._say(f"checked out: {yuan(out['wage_fen'])} earned, waiting for confirmation")
        done = employer.post(f"orders/{order_id}/confirm", {"corrections": []})
        self._say(f"confirmed: the order is {done['state']}, {yuan(done['refund_fen'])} came back")
        person.post(
            f"assignments/{place}/reviews", {"direction": "of_employer", "rating": 5, "text": "按时结账"}
        )
        self._say("reviewed: five of five")

    def _money(self, winner: tuple[Person, str]) -> None:
        person, worker_id = winner
        wallet = person.get(f"workers/{worker_id}/wallet")
        assert wallet["balance_fen"] == WAGE_FEN, wallet
        self._say(f"{yuan(wallet['balance_fen'])} in the wallet")
        path = f"workers/{worker_id}/withdrawals"
        asked = person.post(path, {"amount_fen": WAGE_FEN, "payment_account": "card-story"})
        self._quietly(
            person, lambda: person.get(f"withdrawals/{asked['id']}")["state"] == "succeeded", "the withdrawal"
        )
        left = person.get(f"workers/{worker_id}/wallet")["balance_fen"]
        assert left == 0, left
        self._say(f"withdrawn: {yuan(WAGE_FEN)} on the worker's card, {yuan(left)} left")

    # -- telling -----------------------------------------------------------------------------------

    def _person(self, who: Invented, kind: str) -> Person:
        token = sign_up(self.wire, who.phone)
        return Person(self.wire, COUNTY, token, tell=self._call)

    def _quietly(self, person: Person, true: Callable[[], bool], what: str) -> None:
        """Polling would fill the page: its calls are counted but not shown."""
        tell, person.tell = person.tell, None
        try:
            self.market.until(true, what)
        finally:
            person.tell = tell

    def _call(self, told: Told) -> None:
        self.console.print(
            f"     {told.method} {told.address} → {told.status}", style="dim", highlight=False, soft_wrap=True
        )

    def _say(self, text: str) -> None:
        self.line += 1
        self.console.print(f"[bold]{self.line:3}[/bold]  {text}", highlight=False, soft_wrap=True)

    def _at(self, hour: int, minute: int) -> None:
        moment = datetime(self.day.year, self.day.month, self.day.day, hour, minute, tzinfo=SHANGHAI)
        set_clock(self.wire, moment.isoformat())
        self.console.print(
            f"     [italic]market time {moment:%Y-%m-%d %H:%M}[/italic]", highlight=False, soft_wrap=True
        )


def _silent(person: Person) -> Person:
    return Person(person.wire, person.county, person.token)
