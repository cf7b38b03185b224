"""A wire that is not to be trusted: it delays what goes over it, or is cut when the answer is on its way."""

import random
import socket
import threading
import time
from contextlib import suppress
from typing import Final

_PIECE: Final = 65_536


class Proxy:
    """Stands before a server of TCP; ``delay`` is the most seconds a piece takes, ``cut`` how many answers are lost."""

    def __init__(self, port: int, *, seed: int = 0) -> None:
        """Listen, and pass everything on to this port of this machine."""
        self.delay = 0.0
        self.cut = 0
        self._upstream = port
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more; what is open goes on until its ends close it."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._upstream))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if self.delay and not is_answer:
                    time.sleep(self._chance.uniform(0, self.delay))
                if is_answer and self.cut > 0:
                    self.cut -= 1
                    break
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
