"""A city in the test's own process waits for no disk: which power cuts it outlives is no test's question.

On PostgreSQL the test server itself does not wait (``postgres.py``). Cities that are served and killed have processes
of their own, and wait as in production.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace.kernel.db import db
from marketplace.stripe_double.storage import Storage


@contextmanager
def hurried(app: Flask) -> Iterator[None]:
    """Let database and card provider of an application leave the writing to the operating system."""
    with app.app_context():
        engine = db.engine
    connect = Storage._connect
    is_file = engine.dialect.name == "sqlite"
    if is_file:
        engine.dispose()
        event.listen(engine, "connect", _forget_disk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Storage, "_connect", lambda self: _forget_disk(connect(self)))
        yield
    if is_file:
        engine.dispose()
        event.remove(engine, "connect", _forget_disk)


def _forget_disk(connection: Any, _record: Any = None) -> Any:
    connection.execute("PRAGMA synchronous=OFF")
    return connection
