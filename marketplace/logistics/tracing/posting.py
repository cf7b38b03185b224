"""Post a message to an address that a company named: only into the public network, except where all is a rehearsal.

The name is looked up here and the connection goes to the very address that was checked. No redirect is followed, no
answer is read: its status says all.
"""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from marketplace.files.addresses import is_public
from marketplace.files.fetching import Resolve, addresses_of
from marketplace.logistics.tracing.rules.hooks import is_sendable

_CONNECT: Final = 5.0
_READ: Final = 10.0
_PORTS: Final = {"https": 443, "http": 80}


class Poster:
    """Posts messages; with ``inside`` (demo, test) to any host, over plain HTTP too."""

    def __init__(
        self,
        *,
        inside: bool,
        resolve: Resolve = addresses_of,
        allows: Callable[[str], bool] = is_public,
        authority: str | None = None,
    ) -> None:
        """Take where messages may go, how names are looked up, and whose certificates are believed."""
        self._inside, self._resolve, self._allows, self._authority = inside, resolve, allows, authority

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int | None:
        """Return the status of the answer, None where nothing answered or the address may not be asked."""
        if not is_sendable(url, inside=self._inside):
            return None
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        try:
            found = self._resolve(host, port)
            if not found or not (self._inside or all(map(self._allows, found))):
                return None
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            with self._pool(parts.scheme, found[0], host, port) as pool:
                answer = pool.urlopen(
                    "POST",
                    target,
                    body=body,
                    headers={"Host": parts.netloc, "Connection": "close", **headers},
                    redirect=False,
                    retries=False,
                    assert_same_host=False,
                    preload_content=False,
                )
                answer.close()
                return answer.status
        except (HTTPError, OSError, UnicodeError):
            return None

    def _pool(self, scheme: str, address: str, host: str, port: int) -> urllib3.HTTPConnectionPool:
        timeout = urllib3.Timeout(connect=_CONNECT, read=_READ)
        if scheme == "http":
            return urllib3.HTTPConnectionPool(address, port, timeout=timeout, maxsize=1, retries=False)
        return urllib3.HTTPSConnectionPool(
            address,
            port,
            server_hostname=host,
            assert_hostname=host,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self._authority,
            timeout=timeout,
            maxsize=1,
            retries=False,
        )
