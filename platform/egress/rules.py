"""Which addresses may be called. Pure functions: nothing here resolves or connects.

A URL is read strictly, in one spelling only, so that what is checked is what is called: parsers that
differ about userinfo, backslashes, dots or number bases are how checks are dodged. Ranges follow the
IANA special-purpose registries (RFC 6890 and its successors).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings

from egress.errors import EgressRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL: Final = 2_000
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]{2,45}\]|[a-z0-9A-Z.-]{1,253})(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<target>(?:/[!$%&'()*+,./0-9:;=?@A-Z_a-z~-]*)?)"
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Names that never lead outside (RFC 6761, RFC 6762, RFC 8375, and what clouds and routers use).
_INSIDE_NAMES: Final = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion",
    "invalid", "test", "example", "alt",
)  # fmt: skip
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
# Inside what `ipaddress` calls global, or told differently from one Python to the next.
_NEVER: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip


# What no production allow-list may open: the machine itself, and link-local, where clouds keep credentials.
_THIS_MACHINE: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "::ffff:0:0/96", "fe80::/10")
)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was read: `host` in lower case without brackets, `target` path and query."""

    scheme: str
    host: str
    port: int
    target: str
    address: Address | None

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.target}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of the allow-list: a network or a name, on one port or on all."""

    network: Network | None
    name: str
    port: int | None

    def fits_port(self, port: int) -> bool:
        return self.port is None or self.port == port


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be called: public addresses by https on port 443, and the allow-list."""

    allow: tuple[Allowed, ...] = ()
    ports: frozenset[int] = frozenset({443})

    def allows_name(self, host: str, port: int) -> bool:
        return any(entry.name == host and entry.fits_port(port) for entry in self.allow if entry.name)

    def allows_address(self, address: Address, port: int) -> bool:
        return any(
            address in entry.network and entry.fits_port(port)
            for entry in self.allow
            if entry.network is not None and entry.network.version == address.version
        )

    def check_url(self, url: str) -> Target:
        """The target of a URL, as far as can be told without resolving. Errors: EgressRefused."""
        target = parse_url(url)
        if self.allows_name(target.host, target.port):
            return target
        if target.address is not None:
            if self.allows_address(target.address, target.port):
                return target
            check_public(target.address)
        else:
            check_name(target.host)
        if target.scheme != "https":
            raise EgressRefused("only https is called")
        if target.port not in self.ports:
            raise EgressRefused("the port is not one that is called")
        return target

    def check_addresses(self, host: str, port: int, addresses: Iterable[str]) -> list[Address]:
        """The addresses a name resolved to, if every one of them may be called; one bad one refuses all,
        since the name's owner decides which is used. Errors: EgressRefused."""
        found = [_literal(address) for address in addresses]
        if not found:
            raise EgressRefused("the name has no address")
        if not self.allows_name(host, port):
            for address in found:
                if not self.allows_address(address, port):
                    check_public(address)
        return found


def parse_url(url: str) -> Target:
    """Reads a URL in its one accepted spelling. Errors: EgressRefused."""
    if len(url) > MAX_URL:
        raise EgressRefused(f"the address is longer than {MAX_URL} characters")
    match = _URL.fullmatch(url)
    if match is None or _BAD_ESCAPE.search(match["target"]):
        raise EgressRefused("not an address of the form https://name/path")
    port = int(match["port"] or {"http": 80, "https": 443}[match["scheme"]])
    if port > 65_535:
        raise EgressRefused("there is no such port")
    host = match["host"].lower()
    if host.startswith("["):
        address: Address | None = _literal(host[1:-1])
        host = str(address)
    else:
        address = _ipv4_or_name(host)
    return Target(match["scheme"], host, port, match["target"] or "/", address)


def check_name(host: str) -> None:
    """Refuses names that lead inside by their form. Errors: EgressRefused."""
    if "." not in host:
        raise EgressRefused("the name has only one part")
    for inside in _INSIDE_NAMES:
        if host == inside or host.endswith(f".{inside}"):
            raise EgressRefused("the name leads inside")


def check_public(address: Address) -> None:
    """Refuses what is not globally routable unicast; IPv4 inside IPv6 is judged as that IPv4.
    Errors: EgressRefused."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            check_public(address.ipv4_mapped)
            return
        if address in _NAT64:
            check_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
            return
        if address not in _GLOBAL_V6:
            raise EgressRefused("the address is not public")
    if not address.is_global or address.is_multicast or address.is_reserved:
        raise EgressRefused("the address is not public")
    if any(address in network for network in _NEVER if network.version == address.version):
        raise EgressRefused("the address is not public")


def allow_list_faults(text: str, *, private: bool) -> Iterator[str]:
    """Why an allow-list must not serve in production, in words. `private` states that names and private
    networks on it are meant; loopback, link-local and whole families never are."""
    try:
        rules = parse_rules(text)
    except ValueError as fault:
        yield f"LINGGONG_EGRESS_ALLOW: {fault}"
        return
    for entry in rules.allow:
        told = entry.name or str(entry.network)
        if entry.name == "localhost" or entry.name.endswith(".localhost"):
            yield f"LINGGONG_EGRESS_ALLOW lists {told}, this machine itself"
        elif entry.network is not None and any(
            entry.network.version == never.version and entry.network.overlaps(never)
            for never in _THIS_MACHINE
        ):
            yield f"LINGGONG_EGRESS_ALLOW lists {told}, which reaches this machine or its cloud's metadata"
        elif not private and not _is_public(entry.network):
            yield f"LINGGONG_EGRESS_ALLOW lists {told}; LINGGONG_EGRESS_PRIVATE=1 states that this is meant"


@lru_cache(maxsize=16)
def parse_rules(text: str) -> Rules:
    """The rules of an allow-list `host-or-CIDR[:port]` with commas: `127.0.0.1,::1,[fd00::/8]:8443,
    insurer.internal:8443`. Raises ValueError, naming the entry at fault."""
    return Rules(allow=tuple(_allowed(entry.strip()) for entry in text.split(",") if entry.strip()))


def configured_rules() -> Rules:
    """The rules of `settings.LINGGONG_EGRESS_ALLOW`."""
    return parse_rules(settings.LINGGONG_EGRESS_ALLOW)


def _is_public(network: Network | None) -> bool:
    """Whether a network is a part of the public ones; a name may lead anywhere."""
    if network is None:
        return False
    try:
        check_public(network.network_address)
        check_public(network.broadcast_address)
    except EgressRefused:
        return False
    return not any(network.overlaps(never) for never in _NEVER if never.version == network.version)


def _allowed(entry: str) -> Allowed:
    match = re.fullmatch(r"\[(?P<v6>[^\]]+)\](?::(?P<port>[0-9]{1,5}))?", entry)
    if match is not None:
        host, port = match["v6"], match["port"]
    elif entry.count(":") == 1:
        host, port = entry.split(":")
    else:
        host, port = entry, None
    if port is not None and not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65_535):
        raise ValueError(f"{entry!r} names no port")
    number = int(port) if port is not None else None
    try:
        return Allowed(ipaddress.ip_network(host), "", number)
    except ValueError:
        name = host.lower()
        if re.fullmatch(r"[0-9./:]+", name) or not all(_LABEL.fullmatch(part) for part in name.split(".")):
            raise ValueError(f"{entry!r} is neither a name nor a network") from None
        return Allowed(None, name, number)


def _ipv4_or_name(host: str) -> Address | None:
    """A dotted quad in its one spelling, or None for a name. Resolvers also take `2130706433`,
    `0x7f.1` and `0177.0.0.1` for addresses: a name whose last part could be a number is refused."""
    labels = host.split(".")
    if any(_LABEL.fullmatch(label) is None for label in labels):
        raise EgressRefused("not a host name")
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return _literal(host)
    return None


def _literal(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise EgressRefused("not an address in its usual spelling") from None
