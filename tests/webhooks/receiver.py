"""A partner's side: a real HTTP server on loopback that answers as its path says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answers[path]` is (status, headers), 200 unless given. `hold` keeps answers back while cleared."""

    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    news: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> Self:
        self.hold.set()
        there = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                with there.news:
                    there.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                    there.news.notify_all()
                there.hold.wait(30)
                status, headers = there.answers.get(self.path, (200, {}))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def at(self, path: str) -> list[Got]:
        return [got for got in self.got if got.path == path]

    def wait_for(self, path: str, count: int, *, while_: Callable[[], bool]) -> None:
        """Until so many different messages came to the path; fails as soon as `while_` no longer holds."""
        with self.news:
            while len({got.headers["webhook-id"] for got in self.at(path)}) < count:
                assert while_()
                self.news.wait(0.5)
