"""``city worker``: a process that runs jobs until it is told to stop."""

import logging
import sys
from typing import Any

from flask import Flask

from marketplace.config import Settings
from marketplace.outbox.bell import EXTENSION
from marketplace.worker.bell import HueyBell
from marketplace.worker.relay import Relay

_THREADS = 2
_PATIENCE = 20  # seconds for the jobs at work when a stop is asked for


def consume(app: Flask) -> None:
    """Run jobs until SIGTERM or SIGINT; jobs at work have 20 s to end, then their lease gives them back."""
    settings: Settings = app.extensions["city.settings"]
    bell: HueyBell = app.extensions[EXTENSION]
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    options: dict[str, Any] = {
        "workers": _THREADS,
        "periodic": False,
        "max_delay": 0.5,
        "shutdown_timeout": _PATIENCE,
        "graceful_signal": "TERM",
    }
    consumer = bell.huey.create_consumer(**options)
    relay = Relay(app, bell, settings.data_dir / "scheduler.lock")
    relay.start()
    try:
        consumer.run()
    finally:
        relay.stop()
