"""A bank beside the worker: answers over a unix socket, pays each request once, and can keep silent.

A held request proves that the worker is in the middle of a delivery: the bank has paid, the worker does
not know it yet. Killing it there is the worst moment.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from pathlib import Path
from uuid import UUID

from ledger.channels.port import ChannelOutcome, ChannelResult

ADDRESS = "LINGGONG_CHAOS_BANK"


class SocketChannel:
    """The payment channel of the worker under test; see `LINGGONG_PAYMENT_CHANNEL`."""

    def request_top_up(self, *, request_id: UUID, amount_fen: int, account: str) -> ChannelResult:
        return _ask("in", request_id, amount_fen)

    def request_payout(self, *, request_id: UUID, amount_fen: int, account: str) -> ChannelResult:
        return _ask("out", request_id, amount_fen)


def _ask(direction: str, request_id: UUID, amount_fen: int) -> ChannelResult:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(os.environ[ADDRESS])
        line.sendall(json.dumps([direction, str(request_id), amount_fen]).encode() + b"\n")
        answer = line.makefile().readline()
    if not answer:
        raise ConnectionError("the bank hung up")
    return ChannelResult(ChannelOutcome.SUCCEEDED, answer.strip())


class Bank:
    """Answers in threads of the test process. `paid` holds each request's money, however often asked."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.paid: dict[str, tuple[str, int]] = {}
        self.asked = 0
        self.silent = threading.Event()  # set while a request is held
        self._answers_left: int | None = None
        self._lock = threading.Lock()
        bank = self

        class Clerk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                bank._serve(self)

        class Server(socketserver.ThreadingUnixStreamServer):
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(str(path), Clerk)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, count: int | None) -> None:
        """Answer so many more requests and keep silent on all after them; None answers every one."""
        with self._lock:
            self._answers_left = count
            self.silent.clear()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, clerk: socketserver.StreamRequestHandler) -> None:
        direction, request_id, amount_fen = json.loads(clerk.rfile.readline())
        with self._lock:
            self.asked += 1
            first = self.paid.setdefault(request_id, (direction, amount_fen))
            assert first == (direction, amount_fen), "asked again with another amount"
            silent = self._answers_left == 0
            if self._answers_left:
                self._answers_left -= 1
        if silent:
            self.silent.set()
            clerk.rfile.read()  # until the worker is dead
            return
        clerk.wfile.write(f"bank-{request_id}\n".encode())
