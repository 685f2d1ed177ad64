"""`python -m examples.reference_insurer --port 8900 --database insurer.sqlite`; see README.md."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from examples.reference_insurer.connections import connect
from examples.reference_insurer.person import public_jwk
from examples.reference_insurer.service import PREFIXES, Options, Service

CODES = {
    "linggong": ("minjiang", "Minjiang Sample Insurance"),
    "jinxi": ("jinxi", "Jinxi Sample Insurance"),
}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="reference_insurer", description="A small insurer to try with.")
    parser.add_argument(
        "--port", type=int, default=8900, help="0 takes a free one; the first line tells which"
    )
    parser.add_argument("--bind", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--database", type=Path, required=True, help="SQLite file; made when it is not there")
    parser.add_argument("--dialect", choices=sorted(PREFIXES), default="linggong")
    parser.add_argument(
        "--code", help="the insurer's short name (default: minjiang, or jinxi for that dialect)"
    )
    parser.add_argument("--connect", type=Path, help="JSON file of connections to start with, see README.md")
    asked = parser.parse_args(argv)
    code, name = CODES[asked.dialect]
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    options = Options(database=asked.database, dialect=asked.dialect, code=asked.code or code, name=name)
    os.umask(0o077)  # the database holds keys
    service = Service(options)
    if asked.connect:
        with service.store.transaction():
            for one in json.loads(asked.connect.read_text(encoding="utf-8")):
                connect(service.store, one)
    asyncio.run(_serve(service, asked.bind, asked.port))
    return 0


async def _serve(service: Service, bind: str, port: int) -> None:
    """Until SIGINT or SIGTERM. The first line of output is JSON: address, public key and counties."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(service.app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, bind, port)
    await site.start()
    address = f"http://{bind}:{runner.addresses[0][1]}"
    told = {"address": address, "public_key": public_jwk(service.book.key), "counties": service.counties()}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
