"""How often strangers and members may ask; login counters live in the database, see ``accounts``."""

import hashlib
import math
import threading
import time
from collections import defaultdict, deque
from typing import Any, Final, Protocol
from uuid import uuid4

import redis
import structlog
from flask import Flask, current_app, request

from marketplace.config import Settings
from marketplace.edge.identity import READING, current_actor
from marketplace.kernel.errors import TooMany

# Requests a minute that write something; a person clicking fast makes a tenth of that.
WRITES_A_MINUTE: Final = 240
WEBHOOK: Final = "/webhooks/stripe"
EXTENSION: Final = "city.limits"
_WINDOW: Final = 60.0
_MOST_NAMES: Final = 10_000
# A Redis that is away costs one request this long, then nobody asks it for a while.
_PATIENCE: Final = 0.5
_AWAY: Final = 5.0
# The moments of the last minute by Redis's own clock, which all processes share; answers the milliseconds to wait.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window, most = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= most then
  return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + window - now
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""
_log = structlog.get_logger("city.limits")


class Brake(Protocol):
    """Counts acts by name over the last minute."""

    def take(self, name: str, *, most: int) -> float:
        """Count one more act and return 0; what is too much is not counted, and answered by the seconds to wait."""
        ...


class OwnBrake:
    """Counts in the memory of this process."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._turn = threading.Lock()
        self._seen: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, name: str, *, most: int) -> float:
        """Count one more act, or return the seconds to wait."""
        moment = time.monotonic()
        with self._turn:
            if len(self._seen) > _MOST_NAMES:
                self._seen.clear()
            times = self._seen[name]
            while times and times[0] <= moment - _WINDOW:
                times.popleft()
            if len(times) >= most:
                return _WINDOW - (moment - times[0])
            times.append(moment)
            return 0.0


class SharedBrake:
    """Counts in Redis, for every process of the city; while Redis is away, each counts its own."""

    def __init__(self, url: str) -> None:
        """Name the server; it is asked with the first act."""
        server: Any = redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
        self._take = server.register_script(_TAKE)
        self._own = OwnBrake()
        self._again_at = 0.0

    def take(self, name: str, *, most: int) -> float:
        """Count one more act, or return the seconds to wait."""
        if time.monotonic() >= self._again_at:
            # Names hold addresses of strangers, which Redis need not know.
            key = f"city:limit:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
            try:
                return float(self._take(keys=[key], args=[int(_WINDOW * 1000), most, uuid4().hex])) / 1000
            except redis.RedisError as error:
                self._again_at = time.monotonic() + _AWAY
                _log.warning("limits_own", error=type(error).__name__)
        return self._own.take(name, most=most)


def init_app(app: Flask, settings: Settings) -> None:
    """Limit writes per member or address: over all processes with Redis, else in each, so that it is a brake only."""
    app.extensions[EXTENSION] = SharedBrake(settings.redis_url) if settings.redis_url else OwnBrake()
    if settings.limits == "on":
        app.before_request(_check)


def brake(name: str, *, most: int) -> None:
    """Let an address do something so often a minute, and no more: what strangers may send to people is little."""
    if current_app.extensions["city.settings"].limits != "on":
        return
    found: Brake = current_app.extensions[EXTENSION]
    if wait := found.take(f"{name}:{request.remote_addr or ''}", most=most):
        raise TooMany("too_many", retry_after=math.ceil(wait))


def _check() -> None:
    # The card provider's notices come from few addresses and are signed; losing one would cost an order its money.
    if request.method in READING or request.path == WEBHOOK:
        return
    actor = current_actor()
    name = str(actor.person_id) if actor else request.remote_addr or ""
    brake: Brake = current_app.extensions[EXTENSION]
    if wait := brake.take(name, most=WRITES_A_MINUTE):
        raise TooMany("too_many", retry_after=math.ceil(wait))
