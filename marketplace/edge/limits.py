"""How often strangers and members may ask; login counters live in the database, see ``accounts``."""

import threading
import time
from collections import defaultdict, deque
from typing import Final

from flask import Flask, request

from marketplace.config import Settings
from marketplace.edge.identity import current_actor
from marketplace.kernel.errors import TooMany

# Requests a minute that write something; a person clicking fast makes a tenth of that.
WRITES_A_MINUTE: Final = 240
WEBHOOK: Final = "/webhooks/stripe"
_WINDOW: Final = 60.0
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_lock = threading.Lock()
_seen: defaultdict[str, deque[float]] = defaultdict(deque)


def init_app(app: Flask, settings: Settings) -> None:
    """Limit writes per member or address; each worker counts its own, so the bound is a brake, not a promise."""
    if settings.limits == "on":
        app.before_request(_check)


def _check() -> None:
    # The card provider's notices come from few addresses and are signed; losing one would cost an order its money.
    if request.method in _READING or request.path == WEBHOOK:
        return
    actor = current_actor()
    name = str(actor.person_id) if actor else request.remote_addr or ""
    moment = time.monotonic()
    with _lock:
        if len(_seen) > 10_000:
            _seen.clear()
        times = _seen[name]
        while times and times[0] < moment - _WINDOW:
            times.popleft()
        if len(times) >= WRITES_A_MINUTE:
            raise TooMany("too_many", retry_after=int(_WINDOW - (moment - times[0])) + 1)
        times.append(moment)
