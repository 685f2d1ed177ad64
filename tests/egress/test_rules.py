"""Reading addresses: one spelling, and public ones only."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.errors import EgressRefused
from egress.rules import Rules, allow_list_faults, check_public, parse_rules, parse_url

EXPORTS = (
    "1.1.1.1",
    "114.114.114.114",
    "223.5.5.5",
    "2606:4700:4700::1111",
    "2400:3200::1",
    "64:ff9b::101:101",
)


@pytest.mark.parametrize("text", EXPORTS)
def test_public_addresses_pass(text: str) -> None:
    check_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_ipv4_inside_ipv6_is_judged_as_that_ipv4(address: ipaddress.IPv4Address) -> None:
    def passes(candidate: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        try:
            check_public(candidate)
        except EgressRefused:
            return False
        return True

    plain = passes(address)
    assert passes(ipaddress.ip_address(f"::ffff:{address}")) is plain
    assert passes(ipaddress.ip_address((0x64FF9B << 96) | int(address))) is plain
    assert not passes(ipaddress.ip_address((0x2002 << 112) | (int(address) << 80))), "6to4 never"
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not plain


@given(st.integers(min_value=0, max_value=2**128 - 1))
def test_ipv6_outside_global_unicast_never_passes(number: int) -> None:
    address = ipaddress.IPv6Address(number)
    embeds = address.ipv4_mapped is not None or address in ipaddress.ip_network("64:ff9b::/96")
    if embeds or address in ipaddress.ip_network("2000::/3"):
        return
    with pytest.raises(EgressRefused):
        check_public(address)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.org/{text}"):
        try:
            target = parse_url(url)
        except EgressRefused:
            continue
        assert parse_url(target.url) == target, "what is called reads as what was checked"
        assert target.url.isascii()


def test_a_target_keeps_path_and_query_as_they_were() -> None:
    target = parse_url("https://Hooks.Example.ORG/a%2Fb/../c?x=1&y=%E4%BD%A0")
    assert target.host == "hooks.example.org"
    assert target.url == "https://hooks.example.org:443/a%2Fb/../c?x=1&y=%E4%BD%A0"


@pytest.mark.parametrize("port", ["80", "8443", "22", "65535"])
def test_only_port_443_unless_listed(port: str) -> None:
    with pytest.raises(EgressRefused, match="port"):
        Rules().check_url(f"https://hooks.chinapost.cn:{port}/")
    parse_rules(f"hooks.chinapost.cn:{port}").check_url(f"https://hooks.chinapost.cn:{port}/")


def test_an_entry_permits_its_port_only() -> None:
    rules = parse_rules("10.1.0.0/16:8443, [fd00::/8]:8443, insurer.lan:9000, ::1")
    for good in (
        "http://10.1.2.3:8443/",
        "https://[fd00::7]:8443/",
        "http://insurer.lan:9000/",
        "http://[::1]:1234/",
    ):
        rules.check_url(good)
    for bad in (
        "http://10.1.2.3:8444/",
        "http://10.2.2.3:8443/",
        "https://[fd00::7]/",
        "http://insurer.lan/",
        "http://other.lan:9000/",
        "http://127.0.0.1/",
    ):
        with pytest.raises(EgressRefused):
            rules.check_url(bad)
    assert rules.check_addresses("insurer.lan", 9000, ["192.168.0.9"])
    with pytest.raises(EgressRefused):
        rules.check_addresses("insurer.lan", 9001, ["192.168.0.9"])
    assert rules.check_addresses("hooks.chinapost.cn", 8443, ["10.1.0.1", "1.1.1.1"])


@pytest.mark.parametrize(
    "entry", ["10.0.0.1/8", "1.2.3", "a b", "host:0", "host:70000", "host:x", "[::1", "300.1.1.1", "http://a"]
)
def test_a_misspelt_entry_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match=r"neither|no port"):
        parse_rules(f"127.0.0.1,{entry}")


def faults(text: str, *, private: bool = False) -> list[str]:
    return list(allow_list_faults(text, private=private))


@pytest.mark.parametrize(
    "entry",
    ["127.0.0.1", "::1", "127.0.0.0/8:8080", "0.0.0.0/0", "::/0", "169.254.169.254", "localhost", "[::1]:1"],
)
def test_production_never_lists_the_machine_itself(entry: str) -> None:
    assert len(faults(entry)) == len(faults(entry, private=True)) == 1


@pytest.mark.parametrize(
    "entry", ["10.0.0.0/8", "fd00::/8", "insurer.lan:8443", "100.64.0.0/10", "8.0.0.0/5"]
)
def test_private_networks_and_names_are_stated(entry: str) -> None:
    assert len(faults(entry)) == 1
    assert faults(entry, private=True) == []


def test_a_public_network_needs_no_statement_and_a_misspelt_list_is_a_fault() -> None:
    assert faults("") == faults("1.1.1.0/24:8443,2606:4700::/32") == []
    assert faults("nonsense:entry") == ["LINGGONG_EGRESS_ALLOW: 'nonsense:entry' names no port"]
