"""A county's partners' door for the time of a check: gives tokens, takes webhooks, each at second try."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from kernel.errors import DomainError
from linggong.commands.partner.peer import LARGEST, Options
from webhooks.signing import verify


@dataclass(frozen=True, slots=True)
class Seen:
    """One webhook as it came, with the right token."""

    message_id: str
    signed: bool
    body: dict[str, Any]


class Door:
    """Listens on loopback. `address` is what the insurer's test system is pointed to."""

    def __init__(self, options: Options) -> None:
        assert options.door_port is not None
        self._options = options
        self._token = secrets.token_urlsafe(16)
        self._seen: list[Seen] = []
        self._news = threading.Condition()
        door = self

        class Clerk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                door._post(self)

            def do_GET(self) -> None:
                _answer(self, 200, {"items": [], "next": 0, "more": False})  # nothing to poll

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing: the table tells all."""

        self._server = ThreadingHTTPServer(("127.0.0.1", options.door_port), Clerk)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, subject: str, seconds: float) -> list[Seen]:
        """The webhooks about a subject: until it was sent again after our 503, or the time is over."""

        def about() -> list[Seen]:
            return [one for one in self._seen if one.body.get("subject") == subject]

        with self._news:
            self._news.wait_for(lambda: len(about()) > 1, timeout=seconds)
            return about()

    def _post(self, clerk: BaseHTTPRequestHandler) -> None:
        length = int(clerk.headers.get("Content-Length", "0"))
        raw = clerk.rfile.read(min(length, LARGEST))
        if clerk.path == "/o/token/":
            self._give_token(clerk, raw)
        elif clerk.path == f"/partners/v1/{self._options.county}/webhooks":
            self._take(clerk, raw)
        else:
            _answer(clerk, 404, {"code": "route_unknown"})

    def _give_token(self, clerk: BaseHTTPRequestHandler, raw: bytes) -> None:
        form = {name: values[0] for name, values in parse_qs(raw.decode("utf-8", "replace")).items()}
        pair = f"{form.get('client_id', '')}:{form.get('client_secret', '')}"
        given = clerk.headers.get("Authorization", "")
        if given.startswith("Basic "):
            pair = base64.b64decode(given.removeprefix("Basic ")).decode("utf-8", "replace")
        if pair != f"{self._options.client_id}:{self._options.client_secret}":
            _answer(clerk, 401, {"error": "invalid_client"})
        elif form.get("grant_type") != "client_credentials":
            _answer(clerk, 400, {"error": "unsupported_grant_type"})
        else:
            told = {"access_token": self._token, "token_type": "Bearer", "expires_in": 600}
            _answer(clerk, 200, told)

    def _take(self, clerk: BaseHTTPRequestHandler, raw: bytes) -> None:
        if clerk.headers.get("Authorization", "") != f"Bearer {self._token}":
            _answer(clerk, 401, {"code": "token_invalid"})  # as a token that has expired
            return
        try:
            verify([self._options.inbound_secret], dict(clerk.headers.items()), raw, datetime.now(UTC))
            signed = True
        except DomainError:
            signed = False
        try:
            body = json.loads(raw)
        except ValueError:
            body = {}
        message_id = clerk.headers.get("webhook-id", "")
        with self._news:
            again = any(one.body.get("subject") == body.get("subject") for one in self._seen)
            self._seen.append(Seen(message_id, signed, body if isinstance(body, dict) else {}))
            self._news.notify_all()
        if again and signed:
            _answer(clerk, 200, {})
        else:
            _answer(clerk, 503, {"code": "busy"})


def _answer(clerk: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    raw = json.dumps(body).encode()
    clerk.send_response(status)
    clerk.send_header("Content-Type", "application/json")
    clerk.send_header("Content-Length", str(len(raw)))
    clerk.end_headers()
    clerk.wfile.write(raw)
