"""A client that takes next to no processor: bytes made beforehand, one kept connection a thread.

wrk cannot place orders, each of which needs its own cart and key; a client library would take as long as the server.
"""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from bench.servers import CONNECTIONS, Load, Shop

Item = TypeVar("Item")

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OK: Final = range(200, 300)


class Caller:
    """One kept connection to a shop."""

    def __init__(self, shop: Shop) -> None:
        """Connect."""
        self._address = f"127.0.0.1:{shop.port}"
        self._socket = socket.create_connection(("127.0.0.1", shop.port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, method: str, path: str, body: object = None, **headers: str) -> bytes:
        """Write a request; ``Idempotency_Key`` is sent as Idempotency-Key."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._address}", f"Content-Length: {len(content)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and return the status and body of its answer."""
        self._socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        wanted = int(length.group(1)) if length else 0
        while len(body) < wanted:
            body += self._more()
        return int(head[9:12]), body

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Return the JSON of a success (the text of a page); whatever else comes stops the run."""
        status, answer = self.send(self.request(method, path, body, **headers))
        if status not in _OK:
            message = f"{method} {path}: {status} {answer[:500].decode(errors='replace')}"
            raise RuntimeError(message)
        return json.loads(answer) if answer.startswith((b"{", b"[")) else answer.decode()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _more(self) -> bytes:
        piece = self._socket.recv(65_536)
        if not piece:
            message = "the shop hung up"
            raise RuntimeError(message)
        return piece


def at_once(shop: Shop, items: Iterable[Item], work: Callable[[Caller, Item], None]) -> Load:
    """Do the work for every item over eight connections and tell how fast and how dear it was."""
    waiting = iter(list(items))
    turn, failed, done = threading.Lock(), list[BaseException](), [0]

    def serve() -> None:
        caller = Caller(shop)
        try:
            while True:
                with turn:
                    item = next(waiting, None)
                    if item is None or failed:
                        return
                    done[0] += 1
                work(caller, item)
        except BaseException as error:  # noqa: BLE001  raised below, in the thread that waits
            failed.append(error)
        finally:
            caller.close()

    threads = [threading.Thread(target=serve) for _ in range(CONNECTIONS)]
    before, begun = shop.cpu_seconds(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, cpu = time.perf_counter() - begun, shop.cpu_seconds() - before
    if failed:
        raise failed[0]
    return Load(done[0] / seconds, cpu / max(done[0], 1) * 1000, 0)
