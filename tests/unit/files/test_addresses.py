"""No address of our own house is taken for one of the public network, however it is written."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.files.addresses import host_of, is_public

INSIDE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29",
    "192.168.0.0/16", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::1/128", "::/128", "fc00::/7",
    "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "2001::/32", "2002::/16", "64:ff9b::/96", "64:ff9b:1::/48",
]  # fmt: skip


@given(st.sampled_from(INSIDE), st.integers(0, 2**128))
def test_what_lies_inside_is_never_public(network, offset):
    inside = ipaddress.ip_network(network)
    address = inside[offset % inside.num_addresses]
    assert not is_public(str(address))
    if address.version == 4:
        assert not is_public(f"::ffff:{address}")
        assert not is_public(str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address))))


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_public_network_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "localhost", "0x7f.1", "127.1", "1.1.1", "fe80::1%eth0", "::1%lo"])
def test_what_is_no_public_address_is_none(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://pictures.test/a.jpg", "pictures.test"),
        ("https://PICTURES.test:443/a", "pictures.test"),
        ("https://[2606:4700::1111]/a", "2606:4700::1111"),
        ("http://pictures.test/a", None),
        ("ftp://pictures.test/a", None),
        ("file:///etc/passwd", None),
        ("//pictures.test/a", None),
        ("https:///a", None),
        ("https://pictures.test:8443/a", None),
        ("https://pictures.test:0/a", None),
        ("https://pictures.test:x/a", None),
        ("https://user:word@pictures.test/a", None),
        ("https://user@pictures.test/a", None),
        ("https://evil.test\\@pictures.test/a", None),
        ("https://pictures.test/a b", None),
        ("https://pictures.test/a\r\nHost: x", None),
        ("https://图片.test/a", None),
        ("https://pictures.test/" + "a" * 2_000, None),
        ("https://[::1", None),
    ],
)
def test_only_plain_addresses_are_asked(url, host):
    assert host_of(url) == host
