"""HTTP to addresses that others chose (webhook endpoints, insurers), without being led inside (SSRF).

The name is resolved once, all its addresses are checked, and the connection goes to a checked address:
there is no second look-up to answer differently (DNS rebinding). Host and TLS name stay the name's. No
redirect is followed, no proxy of the environment used, no cookie kept; time and size are bounded and
compressed answers refused, so that a small answer cannot become a large one.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDictProxy
from yarl import URL

from egress.errors import EgressFailed, EgressRefused
from egress.rules import Rules, Target, configured_rules

__all__ = ["Answer", "Client", "EgressFailed", "EgressRefused", "request"]

METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
CONNECT_SECONDS: Final = 5.0
_OURS: Final = frozenset(
    (
        "host",
        "connection",
        "upgrade",
        "te",
        "expect",
        "content-length",
        "transfer-encoding",
        "accept-encoding",
    )
)
_REMEMBERED: Final = 4_096
_NAME_THREADS: Final = 16

Lookup = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. `headers` by lower-case name, repeated ones joined with a
    comma; `address` the IP address that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str


@cache
def _system_trust() -> ssl.SSLContext:
    """Read once a process: reading the system's certificates costs some 40 ms, more than most calls."""
    return ssl.create_default_context()


class Client:
    """Connections kept between calls. Used as `async with Client() as client: await client.request(…)`.

    `rules` are the settings' unless given; `lookup` resolves a name to addresses; `trust` are the
    certificates trusted, the system's unless given; `limit` bounds open connections.
    """

    def __init__(
        self,
        *,
        rules: Rules | None = None,
        lookup: Lookup | None = None,
        trust: ssl.SSLContext | None = None,
        limit: int = 256,
    ) -> None:
        self._rules = rules if rules is not None else configured_rules()
        self._lookup, self._trust, self._limit = lookup, trust, limit
        self._session: aiohttp.ClientSession | None = None
        self._resolver: _Resolver | None = None

    async def __aenter__(self) -> Self:
        guard = _Guard()
        self._guard = guard
        self._resolver = _Resolver(self._rules, guard, self._lookup)
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            socket_factory=guard.open_socket,
            ttl_dns_cache=10,
            keepalive_timeout=4,  # before usual servers close: a message must not meet a closing connection
            limit=self._limit,
            ssl=self._trust if self._trust is not None else _system_trust(),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            response_class=_Response,
            headers={"User-Agent": "Linggong/1", "Accept-Encoding": "identity"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        assert self._resolver is not None
        await self._session.close()
        await self._resolver.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout_seconds: float = 10.0,
        max_bytes: int = 1_000_000,
    ) -> Answer:
        """One call and its whole answer, of any status. Errors: EgressRefused before anything is sent;
        EgressFailed for a call that did not come back whole and in time."""
        assert self._session is not None, "Client is used as `async with`"
        if method not in METHODS:
            raise EgressRefused("the method is not one that is used")
        own = dict(headers or {})
        if clash := _OURS & {name.lower() for name in own}:
            raise EgressRefused(f"the header {min(clash)} is not the caller's to set")
        target = self._rules.check_url(url)
        if target.address is not None:
            self._guard.remember(str(target.address), target.port)
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._call(method, target, own, body, timeout_seconds, max_bytes)
        except (EgressRefused, EgressFailed):
            raise
        except TimeoutError:
            raise EgressFailed(f"no whole answer within {timeout_seconds:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            raise EgressFailed(_told(fault)) from None

    async def _call(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        body: bytes,
        timeout_seconds: float,
        max_bytes: int,
    ) -> Answer:
        assert self._session is not None
        async with self._session.request(
            method,
            # Already in its one spelling: requoting could make another target of it.
            URL(target.url, encoded=True),
            data=body or None,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=timeout_seconds, sock_connect=min(CONNECT_SECONDS, timeout_seconds)
            ),
        ) as response:
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise EgressFailed("the answer is compressed")
            if (response.content_length or 0) > max_bytes:
                raise EgressFailed(f"the answer is larger than {max_bytes} bytes")
            parts = bytearray()
            async for part in response.content.iter_any():
                parts += part
                if len(parts) > max_bytes:
                    response.close()
                    raise EgressFailed(f"the answer is larger than {max_bytes} bytes")
            peer = response.peer if isinstance(response, _Response) else ""
            return Answer(response.status, _plain(response.headers), bytes(parts), peer)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    timeout_seconds: float = 10.0,
    max_bytes: int = 1_000_000,
    rules: Rules | None = None,
    trust: ssl.SSLContext | None = None,
) -> Answer:
    """The same for code that is not asynchronous, on a loop and a connection of its own. Not to be called
    while a county is open: its locks would be held as long as the other side likes."""

    async def once() -> Answer:
        async with Client(rules=rules, trust=trust) as client:
            return await client.request(
                method, url, headers=headers, body=body, timeout_seconds=timeout_seconds, max_bytes=max_bytes
            )

    return asyncio.run(once())


class _Guard:
    """Opens sockets, and only to addresses that were checked: the last look before connecting."""

    def __init__(self) -> None:
        self._checked: OrderedDict[tuple[str, int], None] = OrderedDict()

    def remember(self, address: str, port: int) -> None:
        self._checked[address, port] = None
        self._checked.move_to_end((address, port))
        if len(self._checked) > _REMEMBERED:
            self._checked.popitem(last=False)

    def open_socket(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, proto, _, where = info
        if (where[0], where[1]) not in self._checked:
            raise EgressRefused("the address was not checked")
        return socket.socket(family, kind, proto)


class _Resolver(AbstractResolver):
    """Every address of a name, all of them checked."""

    def __init__(self, rules: Rules, guard: _Guard, lookup: Lookup | None) -> None:
        self._rules, self._guard = rules, guard
        self._lookup = lookup if lookup is not None else self._ask_system
        # Names are resolved in threads that cannot be stopped: threads of its own, so that names which
        # hang take none away from others.
        self._threads = ThreadPoolExecutor(_NAME_THREADS, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = self._rules.check_addresses(host, port, await self._lookup(host, port))
        for address in found:
            self._guard.remember(str(address), port)
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask_system(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(row[4][0]) for row in rows))


class _Response(aiohttp.ClientResponse):
    """Remembers who answered: a short answer's connection is handed back before it is read."""

    peer = ""

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport is not None else None
        self.peer = str(peer[0]) if peer else ""
        return await super().start(connection)


def _plain(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    plain: dict[str, str] = {}
    for name, value in headers.items():
        low = name.lower()
        plain[low] = f"{plain[low]}, {value}" if low in plain else value
    return plain


def _told(fault: BaseException) -> str:
    """What went wrong in words of ours: the library's own texts carry addresses and answers."""
    if isinstance(fault, aiohttp.ClientConnectorCertificateError):
        return "the certificate is not valid"
    if isinstance(fault, aiohttp.ClientSSLError):
        return "no secure connection"
    if isinstance(fault, aiohttp.ClientConnectorDNSError):
        return "the name does not resolve"
    if isinstance(fault, aiohttp.ClientConnectorError):
        return "no connection"
    if isinstance(fault, aiohttp.ServerDisconnectedError | ConnectionError):
        return "the connection broke off"
    return "not a proper answer"
