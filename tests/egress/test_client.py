"""A call goes where it may and nowhere else: real sockets listen inside, and count who connects."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from egress.client import Answer, Client, EgressFailed, EgressRefused, request
from egress.rules import Allowed, Rules, parse_rules

LOOPBACK = parse_rules("127.0.0.1,::1")
PUBLIC = "93.184.215.14"


class Listener:
    """Sockets on loopback, IPv4 and IPv6, at one port, that count connections and answer nothing."""

    def __init__(self) -> None:
        self.count = 0
        self._sockets = [socket.create_server(("0.0.0.0", 0))]
        self.port = self._sockets[0].getsockname()[1]
        self._sockets.append(socket.create_server(("::", self.port), family=socket.AF_INET6))
        for one in self._sockets:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            self.count += 1
            peer.close()

    def close(self) -> None:
        for one in self._sockets:
            # closing alone does not wake a thread that waits in accept()
            one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture(scope="module")
def inside() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


# {p} is the port of the listener, which these rules would let a public target use.
ADDRESSES = (
    "https://127.0.0.1:{p}/",
    "https://127.1:{p}/",
    "https://127.0.1:{p}/",
    "https://2130706433:{p}/",
    "https://017700000001:{p}/",
    "https://0177.0.0.1:{p}/",
    "https://0x7f000001:{p}/",
    "https://0x7f.0.0.1:{p}/",
    "https://127.0.0.0x1:{p}/",
    "https://127.000.000.001:{p}/",
    "https://127.0.0.1.:{p}/",
    "https://0.0.0.0:{p}/",
    "https://0:{p}/",
    "https://127.255.255.254:{p}/",
    "https://[::1]:{p}/",
    "https://[::]:{p}/",
    "https://[0:0:0:0:0:0:0:1]:{p}/",
    "https://[::ffff:127.0.0.1]:{p}/",
    "https://[::ffff:7f00:1]:{p}/",
    "https://[::127.0.0.1]:{p}/",
    "https://[64:ff9b::7f00:1]:{p}/",
    "https://[64:ff9b:1::7f00:1]:{p}/",
    "https://[2002:7f00:1::]:{p}/",
    "https://[2001:0:0:0:0:0:80ff:fffe]:{p}/",
    "https://[fe80::1]:{p}/",
    "https://[fe80::1%25lo]:{p}/",
    "https://[fd00::1]:{p}/",
    "https://[fec0::1]:{p}/",
    "https://[ff02::1]:{p}/",
    "https://169.254.169.254:{p}/latest/meta-data/",
    "https://10.0.0.1:{p}/",
    "https://172.16.0.1:{p}/",
    "https://192.168.1.1:{p}/",
    "https://100.64.0.1:{p}/",
    "https://198.18.0.1:{p}/",
    "https://224.0.0.1:{p}/",
    "https://255.255.255.255:{p}/",
    "https://localhost:{p}/",
    "https://LOCALHOST:{p}/",
    "https://localhost.:{p}/",
    "https://api.localhost:{p}/",
    "https://metadata.google.internal:{p}/",
    "https://printer.local:{p}/",
    "https://intranet:{p}/",
    "https://good.example.org@127.0.0.1:{p}/",
    "https://127.0.0.1:{p}#@good.example.org/",
    "https://127.0.0.1:{p}\\@good.example.org/",
    "https://good.example.org\\@127.0.0.1:{p}/",
    "https:127.0.0.1:{p}/",
    "https:///127.0.0.1:{p}/",
    "https://１２７.0.0.1:{p}/",
    "https://127。0。0。1:{p}/",
    "https://%31%32%37.0.0.1:{p}/",
    " https://127.0.0.1:{p}/",
    "https://127.0.0.1:{p}/\r\nHost: good.example.org",
    "http://good.example.org:{p}/",
    "gopher://127.0.0.1:{p}/",
    "file:///etc/passwd",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_inside_is_refused_before_any_connection(inside: Listener, address: str) -> None:
    assert len(ADDRESSES) >= 40
    rules = Rules(ports=frozenset({443, inside.port}))
    with pytest.raises(EgressRefused):
        request("GET", address.format(p=inside.port), rules=rules, timeout_seconds=5)
    assert inside.count == 0


NAMES: dict[str, list[str]] = {
    "to loopback": ["127.0.0.1"],
    "to loopback of IPv6": ["::1"],
    "to a mapped address": ["::ffff:127.0.0.1"],
    "to a public and a private one": [PUBLIC, "127.0.0.1"],
    "to a private and a public one": ["10.0.0.1", PUBLIC],
    "to the metadata service": ["169.254.169.254"],
    "to NAT64 of loopback": ["64:ff9b::7f00:1"],
    "to a scoped address": ["fe80::1%lo"],
    "to no address": [],
    "to something else": ["example.org"],
}


def looked_up(addresses: list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    async def lookup(host: str, port: int) -> list[str]:
        return addresses

    return lookup


async def called(client: Client, url: str, **kwargs: float) -> Answer:
    async with client:
        return await client.request("GET", url, **kwargs)


@pytest.mark.parametrize("addresses", NAMES.values(), ids=NAMES)
def test_a_name_that_resolves_inside_is_refused(inside: Listener, addresses: list[str]) -> None:
    client = Client(rules=Rules(ports=frozenset({inside.port})), lookup=looked_up(addresses))
    with pytest.raises(EgressRefused):
        asyncio.run(called(client, f"https://hooks.example.org:{inside.port}/", timeout_seconds=5))
    assert inside.count == 0


def test_a_name_that_changes_its_mind_is_not_asked_twice(inside: Listener) -> None:
    """DNS rebinding: the first answer is public, every later one leads inside."""
    answers = [[PUBLIC]]
    asked = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0) if answers else ["127.0.0.1"]

    async def twice() -> None:
        rules = Rules(ports=frozenset({inside.port}))
        async with Client(rules=rules, lookup=lookup) as client:
            # the public address does not answer here, or not at this port
            with pytest.raises(EgressFailed):
                await client.request("GET", f"https://r.example.org:{inside.port}/", timeout_seconds=1)
            assert client._session is not None
            assert isinstance(client._session.connector, aiohttp.TCPConnector)
            client._session.connector.clear_dns_cache()
            with pytest.raises(EgressRefused):
                await client.request("GET", f"https://r.example.org:{inside.port}/", timeout_seconds=5)

    asyncio.run(twice())
    assert asked == ["r.example.org", "r.example.org"], "once a connection"
    assert inside.count == 0


def test_the_listener_would_notice(inside: Listener) -> None:
    """The same calls with the listener on the allow-list do connect, so the counts above mean something."""
    own = Listener()
    try:
        for host in ("127.0.0.1", "[::1]"):
            with pytest.raises(EgressFailed):
                request("GET", f"https://{host}:{own.port}/", rules=LOOPBACK, timeout_seconds=5)
        allowed = Rules(allow=(Allowed(None, "hooks.example.org", own.port),))
        client = Client(rules=allowed, lookup=looked_up(["127.0.0.1"]))
        with pytest.raises(EgressFailed):
            asyncio.run(called(client, f"https://hooks.example.org:{own.port}/", timeout_seconds=5))
        assert own.count >= 3
    finally:
        own.close()


def test_a_socket_opens_only_to_what_was_checked(inside: Listener) -> None:
    """The last guard, were a library to resolve by itself one day."""

    async def around_the_check() -> None:
        client = Client(rules=Rules())
        async with client:
            with pytest.raises(EgressRefused, match="was not checked"):
                client._guard.open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443)))

    asyncio.run(around_the_check())


# ------------------------------------------------------------------------------------------------- answers


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, dict[str, str], bytes]]
    go_on: threading.Event

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self.server.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        handler = getattr(self, "at_" + self.path.strip("/").split("?")[0].replace("-", "_"), self.at_)
        handler()

    def do_POST(self) -> None:
        self.do_GET()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def at_(self) -> None:
        self.answer(200, b"hello", X_Own="1", Set_Cookie="a=b")

    def at_moved(self) -> None:
        self.answer(302, Location="/secret")

    def at_zipped(self) -> None:
        self.answer(200, b"\x1f\x8b", Content_Encoding="gzip")

    def at_large(self) -> None:
        self.answer(200, b"x" * 5_000)

    def at_endless(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
        except OSError:
            self.close_connection = True

    def at_silent(self) -> None:
        self.server.go_on.wait(60)
        self.close_connection = True

    def at_dripping(self) -> None:
        """A byte at a time keeps a read timeout from ever ending; only a limit on the whole does."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            while not self.server.go_on.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            pass
        self.close_connection = True

    def at_nonsense(self) -> None:
        self.wfile.write(b"this is not HTTP\r\n\r\n")
        self.close_connection = True

    def at_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[tuple[str, ThreadingHTTPServer]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    server.seen, server.go_on = [], threading.Event()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server
    finally:
        server.go_on.set()
        server.shutdown()
        server.server_close()


def test_what_is_sent_and_what_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving() as (base, server):
        answer = request("POST", f"{base}/a%2Fb?x=%26", headers={"X-Mine": "7"}, body=b"{}", rules=LOOPBACK)
        request("GET", base, rules=LOOPBACK)
    assert (answer.status, answer.body, answer.address) == (200, b"hello", "127.0.0.1")
    assert answer.headers["x-own"] == "1"
    method, path, headers, body = server.seen[0]
    assert (method, path, body, headers["X-Mine"]) == ("POST", "/a%2Fb?x=%26", b"{}", "7")
    assert headers["Host"] == base.removeprefix("http://")
    assert headers["Accept-Encoding"] == "identity"
    assert "Cookie" not in server.seen[1][2]


def test_the_host_header_stays_the_name_while_the_address_is_pinned() -> None:
    with serving() as (base, server):
        port = int(base.rsplit(":", 1)[1])
        client = Client(
            rules=Rules(allow=(Allowed(None, "hooks.example.org", port),)), lookup=looked_up(["127.0.0.1"])
        )
        answer = asyncio.run(called(client, f"http://hooks.example.org:{port}/"))
    assert answer.address == "127.0.0.1"
    assert server.seen[0][2]["Host"] == f"hooks.example.org:{port}"


@pytest.fixture(scope="module")
def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    return _certificate("Test authority", None)


def _certificate(
    name: str, issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Of an authority, or signed by one for a host."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by, by_key = (issuer[0].subject, issuer[1]) if issuer else (subject, key)
    at = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return built.sign(by_key, hashes.SHA256()), key


@pytest.mark.parametrize(
    ("name", "trusted", "told"),
    [
        ("hooks.example.org", True, None),
        ("hooks.example.org", False, "the certificate is not valid"),
        ("other.example.org", True, "the certificate is not valid"),
    ],
)
def test_the_certificate_is_the_names_although_the_address_is_pinned(
    authority: tuple, tmp_path: Path, name: str, trusted: bool, told: str | None
) -> None:
    certificate, key = _certificate(name, authority)
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem)
    )
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.sni_callback = lambda _, server_name, __: asked.append(server_name)
    trust = ssl.create_default_context()
    if trusted:
        trust.load_verify_locations(cadata=authority[0].public_bytes(pem).decode())
    with serving() as (base, server):
        server.socket = context.wrap_socket(server.socket, server_side=True)
        port = int(base.rsplit(":", 1)[1])
        rules = Rules(allow=(Allowed(None, "hooks.example.org", port),))
        client = Client(rules=rules, lookup=looked_up(["127.0.0.1"]), trust=trust)
        url = f"https://hooks.example.org:{port}/"
        if told is None:
            assert asyncio.run(called(client, url)).body == b"hello"
        else:
            with pytest.raises(EgressFailed, match=told):
                asyncio.run(called(client, url))
            assert server.seen == [], "nothing was said to whom the name does not belong"
    assert asked == ["hooks.example.org"]


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with serving() as (base, server):
        answer = request("GET", f"{base}/moved", rules=LOOPBACK)
        assert (answer.status, answer.headers["location"]) == (302, "/secret")
        assert [path for _, path, _, _ in server.seen] == ["/moved"]


def test_no_cookie_is_kept() -> None:
    with serving() as (base, server):

        async def twice() -> None:
            async with Client(rules=LOOPBACK) as client:
                await client.request("GET", base)
                await client.request("GET", base)

        asyncio.run(twice())
        assert all("Cookie" not in headers for _, _, headers, _ in server.seen)
        assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("zipped", "compressed"),
        ("large", "larger than 1000 bytes"),
        ("endless", "larger than 1000 bytes"),
        ("silent", "no whole answer within"),
        ("nonsense", "not a proper answer"),
        ("cut", "not a proper answer|broke off"),
    ],
)
def test_an_answer_is_whole_plain_small_and_in_time(path: str, told: str) -> None:
    with serving() as (base, _), pytest.raises(EgressFailed, match=told):
        request("GET", f"{base}/{path}", rules=LOOPBACK, max_bytes=1_000, timeout_seconds=1)


def test_an_answer_that_drips_ends_at_the_limit_of_the_whole() -> None:
    with serving() as (base, _), pytest.raises(EgressFailed, match="no whole answer within"):
        request("GET", f"{base}/dripping", rules=LOOPBACK, timeout_seconds=1)


def test_nobody_there_is_a_failure_and_says_no_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(EgressFailed) as failed:
        request("GET", f"http://127.0.0.1:{port}/", rules=LOOPBACK)
    assert failed.value.reason == "no connection"


@pytest.mark.parametrize("header", ["Host", "transfer-encoding", "Content-Length", "CONNECTION"])
def test_headers_that_frame_the_message_are_not_the_callers(header: str) -> None:
    with pytest.raises(EgressRefused, match="not the caller's"):
        request("GET", "https://example.org/", headers={header: "x"})


@pytest.mark.parametrize("value", ["a\r\nHost: b", "a\nb", "a\0b"])
def test_a_header_cannot_smuggle_another(value: str) -> None:
    with serving() as (base, server):
        with pytest.raises((EgressFailed, EgressRefused)):
            request("GET", base, headers={"X-Mine": value}, rules=LOOPBACK)
        assert server.seen == []


def test_other_methods_are_refused() -> None:
    with pytest.raises(EgressRefused, match="method"):
        request("TRACE", "https://example.org/")
