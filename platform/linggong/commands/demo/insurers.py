"""Two reference insurers beside the demonstration: started as children of its site, connected to counties
over REST as an administrator would, broken for a day and mended, and asked at the end what they sold.

`minjiang` speaks our contract and hears pushed events; `jinxi` has an API of its own and polls.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from linggong.commands.demo.http import Person
from linggong.embedded import Child
from linggong.site import HOST, free_port

FALLBACK_AFTER_MINUTES = 30
RESERVE_FEN = 1_000_000


class InsurerStuck(RuntimeError):
    """A reference insurer does not do what it is told behind its counter."""


@dataclass(frozen=True, slots=True)
class Insurer:
    """One process. `adapter` is the county's name for its language, `product` what it sells as top-up."""

    code: str
    adapter: str
    product: str
    port: int

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/_key", timeout=2) as answer:  # noqa: S310  # our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Behind the counter; see examples/reference_insurer/README.md. Raises InsurerStuck."""
        answer = httpx.request(method, self.address + path, json=body, timeout=30, trust_env=False)
        if answer.status_code != 200:
            raise InsurerStuck(f"{self.code}: {answer.status_code} {answer.text[:200]} ({method} {path})")
        told: dict[str, Any] = answer.json()
        return told


class Insurers:
    """Both insurers. Each keeps its book in a file of its own below `folder`, which begins empty."""

    def __init__(self, folder: Path, checkout: Path) -> None:
        self.folder, self.checkout = folder, checkout
        self.minjiang = Insurer("minjiang", "linggong", "minjiang_job", free_port())
        self.jinxi = Insurer("jinxi", "jinxi", "jinxi_job", free_port())

    @property
    def all(self) -> tuple[Insurer, Insurer]:
        """Best first, as the counties rank them."""
        return self.minjiang, self.jinxi

    def children(self) -> list[Child]:
        """For the supervisor, before the site's own: nothing of the site is needed to start them."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self.folder.glob("*.sqlite*"):
            left.unlink()
        return [self._child(one) for one in self.all]

    def _child(self, one: Insurer) -> Child:
        argv = [sys.executable, "-m", "examples.reference_insurer", "--bind", HOST, "--port", str(one.port)]
        argv += ["--database", str(self.folder / f"{one.code}.sqlite"), "--dialect", one.adapter]
        return Child(one.code, argv, cwd=self.checkout, ready=one.ready)

    # -- connecting --------------------------------------------------------------------------------

    def connect(self, admin: Person, *, from_day: date, reserve: bool = True) -> None:
        """Connects the administrator's county with both and ranks them from a day on, first Minjiang. With
        `reserve` the county also declares that it pays what the dearer second one costs more."""
        for one in self.all:
            self._connect(admin, one)
        ranking = {"codes": [one.product for one in self.all], "effective_from": from_day.isoformat()}
        admin.put("product-rankings/top_up", ranking)
        if reserve:
            admin.post("fund/reserve", {"document": "演示：备用保险公司差价由县财政承担"})
            deposit = {
                "target": "reserve",
                "amount_fen": RESERVE_FEN,
                "reference": f"demo-reserve-{admin.county}",
            }
            admin.post("fund/deposits", deposit)

    def _connect(self, admin: Person, one: Insurer) -> None:
        county, site, path = admin.county, admin.wire.address, f"insurers/{one.code}"
        call_key = admin.post(f"{path}/keys", {"direction": "out"}, keyed=False)["secret"]
        inbound_key = admin.post(f"{path}/keys", {"direction": "in"}, keyed=False)["secret"]
        scopes = ["partner:read", "partner:write"]
        client = admin.post(f"{path}/clients", {"name": "演示核心系统", "scopes": scopes}, keyed=False)
        told = one.ask(
            "POST",
            "/_connect",
            {
                "county": county,
                "call_keys": [call_key],
                "inbound_keys": [inbound_key],
                "partners_url": f"{site}/partners/v1/{county}",
                "token_url": f"{site}/o/token/",
                "client_id": client["client_id"],
                "client_secret": client["secret"],
                "poll": one.adapter != "linggong",
            },
        )
        connection = {
            "adapter": one.adapter,
            "base_url": f"{one.address}/{county}",
            "public_key": told["public_key"],
            "fallback_after_minutes": FALLBACK_AFTER_MINUTES,
        }
        admin.post(f"{path}/connection", connection)
        admin.post(f"{path}/connection/test")
        if one.adapter == "linggong":
            one.ask("POST", "/_register", {"county": county, "url": f"{one.address}/{county}/events"})

    # -- a bad day ---------------------------------------------------------------------------------

    def fail(self, one: Insurer, **faults: Any) -> None:
        """From now on it hangs up on every call; `faults` names other switches instead."""
        one.ask("POST", "/_faults", faults or {"down": True})

    def recover(self, one: Insurer) -> None:
        one.ask("DELETE", "/_faults")

    # -- the end of the month ----------------------------------------------------------------------

    def hand_in(self, counties: Iterable[str], month: date) -> dict[tuple[str, str], int]:
        """Both hand their statements of the month in to each county; rows by (county, insurer)."""
        asked = f"{month:%Y-%m}"
        return {
            (county, one.code): int(
                one.ask("POST", "/_statement", {"county": county, "month": asked})["rows"]
            )
            for county in counties
            for one in self.all
        }

    def sold(self, county: str) -> dict[str, Counter[str]]:
        """Policies by state, of each insurer: what the insurers themselves say."""
        return {
            one.code: Counter(policy["state"] for policy in self._policies(one, county)) for one in self.all
        }

    def twice(self, county: str) -> list[str]:
        """Certificate numbers that stand on two policies; none may."""
        numbers = Counter(
            policy["number"] for one in self.all for policy in self._policies(one, county) if policy["number"]
        )
        return sorted(number for number, count in numbers.items() if count > 1)

    def _policies(self, one: Insurer, county: str) -> list[dict[str, Any]]:
        policies: list[dict[str, Any]] = one.ask("GET", f"/_ledger?county={county}")["policies"]
        return policies
