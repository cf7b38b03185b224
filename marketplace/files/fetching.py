"""Fetch a file from an address that a stranger wrote: from the public network alone, and no more than is asked for.

The name is looked up here and the connection goes to the very address that was checked, so that a name cannot mean
one machine while it is checked and another while it is used. The certificate is still that of the name. No proxy, no
cookies, no credentials; a redirect is a new address and is checked as one.
"""

import socket
import time
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from marketplace.files.addresses import host_of, is_public
from marketplace.kernel.errors import Refused

_CONNECT: Final = 5.0
_READ: Final = 10.0
_WHOLE: Final = 30.0  # seconds for one file, redirects included
_MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PIECE: Final = 64 * 1024
_HEADERS: Final = {
    "Accept": "image/jpeg, image/png, image/webp",
    "Accept-Encoding": "identity",
    "User-Agent": "asean-commodity-city",
    "Connection": "close",
}

Resolve = Callable[[str, int], Sequence[str]]


def addresses_of(host: str, port: int) -> list[str]:
    """Look a name up; the addresses in the order of the system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """Fetches files; a test hands in its own look-up, port and authority, a city takes those of the world."""

    def __init__(
        self,
        *,
        resolve: Resolve = addresses_of,
        allows: Callable[[str], bool] = is_public,
        port: int = 443,
        authority: str | None = None,
        patience: float = _WHOLE,
    ) -> None:
        """Take how names are looked up, which addresses may be asked, and whose certificates are believed."""
        self._resolve, self._allows, self._port = resolve, allows, port
        self._authority, self._patience = authority, patience

    def fetch(self, url: str, *, most: int) -> bytes:
        """Return what lies at an address, at most so many bytes; Refused ``url`` says why there is nothing."""
        until = time.monotonic() + self._patience
        for _ in range(_MOST_REDIRECTS + 1):
            content, onward = self._ask(url, most, until)
            if content is not None:
                return content
            url = urljoin(url, onward)
        raise _refused("url_redirects", f"at most {_MOST_REDIRECTS} redirects")

    def _ask(self, url: str, most: int, until: float) -> tuple[bytes | None, str]:
        host = host_of(url, port=self._port)
        if host is None:
            raise _refused("url_kind", "an https address without name, password and port")
        parts = urlsplit(url)
        target = parts.path or "/"
        answer = None
        try:
            with self._pool(host, until) as pool:
                answer = pool.urlopen(
                    "GET",
                    f"{target}?{parts.query}" if parts.query else target,
                    headers={**_HEADERS, "Host": parts.netloc},
                    redirect=False,
                    retries=False,
                    assert_same_host=False,
                    preload_content=False,
                    decode_content=False,
                )
                if answer.status in _REDIRECTS:
                    return None, answer.headers.get("Location", "")
                if answer.status != 200:
                    raise _refused("url_status", "an answer of 200", status=answer.status)
                return _read(answer, most, until), ""
        except (HTTPError, OSError) as error:
            raise _refused("url_failed", "an address that answers", error=type(error).__name__) from None
        finally:
            if answer is not None:
                answer.close()

    def _pool(self, host: str, until: float) -> urllib3.HTTPSConnectionPool:
        """Return a connection to the first of a host's addresses, all of which have to be allowed."""
        try:
            found = self._resolve(host, self._port)
        except (OSError, UnicodeError) as error:
            raise _refused("url_failed", "a host that is known", error=type(error).__name__) from None
        if not found or not all(map(self._allows, found)):
            raise _refused("url_inside", "a host of the public network")
        left = until - time.monotonic()
        if left <= 0:
            raise _refused("url_slow", "an answer within seconds")
        return urllib3.HTTPSConnectionPool(
            found[0],
            self._port,
            server_hostname=host,
            assert_hostname=host,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self._authority,
            timeout=urllib3.Timeout(connect=min(_CONNECT, left), read=min(_READ, left)),
            maxsize=1,
            retries=False,
        )


def _read(answer: urllib3.BaseHTTPResponse, most: int, until: float) -> bytes:
    """Read no more than is allowed, and no longer."""
    declared = answer.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > most:
        raise _refused("url_large", f"at most {most // 1024**2} MB")
    content = bytearray()
    while piece := answer.read1(_PIECE):
        content += piece
        if len(content) > most:
            raise _refused("url_large", f"at most {most // 1024**2} MB")
        if time.monotonic() > until:
            raise _refused("url_slow", "an answer within seconds")
    return bytes(content)


def _refused(code: str, accepted: str, **facts: object) -> Refused:
    return Refused.field("url", code, accepted, **facts)
