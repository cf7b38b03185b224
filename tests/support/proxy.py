"""A wire that is not to be trusted: it delays what goes over it, or is cut when the answer is on its way.

One thread carries everything: two for each connection took longer to take turns than to carry.
"""

import asyncio
import random
import threading
from typing import Any, Final


class Proxy:
    """Stands before a server of TCP; ``delay`` is the most seconds a piece takes, ``cut`` how many answers are lost."""

    def __init__(self, port: int, *, seed: int = 0) -> None:
        """Listen, and pass everything on to this port of this machine."""
        self.delay = 0.0
        self.cut = 0
        self._chance: Final = random.Random(seed)
        self._ends: Final = set[_End]()
        self._none_is_open: Final = asyncio.Event()
        self._loop: Final = asyncio.new_event_loop()
        self._thread: Final = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listener: asyncio.Server = self._done(
            self._loop.create_server(lambda: _Near(self, port), "127.0.0.1", 0, backlog=256)
        )
        self.port = int(self._listener.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Listen no more, and carry nothing any longer."""
        self._done(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def opened(self, end: "_End") -> None:
        """Know of an end, so that it can be closed."""
        self._ends.add(end)
        self._none_is_open.clear()

    def closed(self, end: "_End") -> None:
        """Forget an end."""
        self._ends.discard(end)
        if not self._ends:
            self._none_is_open.set()

    def takes(self) -> float:
        """Return how many seconds the next piece is under way."""
        return self._chance.uniform(0, self.delay) if self.delay else 0.0

    def loses(self) -> bool:
        """Tell whether this answer is lost."""
        is_lost = self.cut > 0
        self.cut -= is_lost
        return is_lost

    async def _end(self) -> None:
        self._listener.close()
        joining = asyncio.all_tasks() - {asyncio.current_task()}
        for one in joining:
            one.cancel()
        await asyncio.gather(*joining, return_exceptions=True)
        for end in tuple(self._ends):
            end.close()
        if self._ends:
            await self._none_is_open.wait()

    def _done(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result()


class _End(asyncio.Protocol):
    """One end of a connection that is carried."""

    def __init__(self, wire: Proxy) -> None:
        self.wire = wire
        self.other: _End | None = None
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.wire.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.wire.closed(self)
        if self.other:
            self.other.close()

    def close(self) -> None:
        if self.transport:
            self.transport.close()


class _Near(_End):
    """The client's end: what it asks takes its time, in the order in which it was asked."""

    def __init__(self, wire: Proxy, port: int) -> None:
        super().__init__(wire)
        self._port = port
        self._due = 0.0
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.pause_reading()
        self._joining = self._loop.create_task(self._join())

    def data_received(self, data: bytes) -> None:
        self._later(self._pass, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.wire.closed(self)
        self._later(self._hang_up)

    async def _join(self) -> None:
        try:
            _, self.other = await self._loop.create_connection(lambda: _Far(self.wire, self), "127.0.0.1", self._port)
        except OSError:
            self.close()
        else:
            self.transport.resume_reading()

    def _later(self, act: Any, *given: bytes) -> None:
        """Act when everything before has arrived."""
        now = self._loop.time()
        takes = self.wire.takes()
        if not takes and self._due <= now:
            act(*given)
            return
        self._due = max(self._due, now) + takes
        self._loop.call_at(self._due, act, *given)

    def _pass(self, data: bytes) -> None:
        if self.other:
            self.other.transport.write(data)

    def _hang_up(self) -> None:
        if self.other:
            self.other.close()


class _Far(_End):
    """The server's end: what it answers comes at once, or is lost with the connection."""

    def __init__(self, wire: Proxy, near: _Near) -> None:
        super().__init__(wire)
        self.other = near

    def data_received(self, data: bytes) -> None:
        if self.wire.loses():
            self.close()
        elif self.other:
            self.other.transport.write(data)
