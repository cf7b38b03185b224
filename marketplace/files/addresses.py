"""Which addresses of the network a stranger may send us to: public ones, and nothing of our own house."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

_HTTPS: Final = 443
_LONGEST: Final = 2_000
# Python counts these as global, though an address of another network is written inside each: NAT64, 6to4, Teredo.
_WRAPPING: Final = tuple(
    map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.88.99.0/24", "::/96"))
)


def is_public(address: str) -> bool:
    """Tell whether an IP address is of the public network: not private, loopback, link-local, multicast, reserved."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in network for network in _WRAPPING if network.version == found.version):
        return False
    # Python counts the site-local addresses of before 2004 as global, too.
    is_site = isinstance(found, ipaddress.IPv6Address) and found.is_site_local
    return found.is_global and not (is_site or found.is_multicast or found.is_reserved or found.is_unspecified)


def host_of(url: str, *, port: int = _HTTPS) -> str | None:
    """Return the host of an address that may be fetched, None for any other.

    Only ``https``, only the one port, no name and password, no blanks or control characters, ASCII as it goes on the
    wire.
    """
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        wanted = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or "@" in parts.netloc or not parts.hostname:
        return None
    return parts.hostname if wanted is None or wanted == port else None
