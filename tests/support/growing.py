"""A city that grows in a test: PostgreSQL looks anew at how much there is, as it does by itself where it serves.

Sessions keep the plans that they made when there was little: joined row by row, a thousand rows are a million looks.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event

from tests.support import postgres

# It looks after so many commits, and again when there are four times as many. Most tests are over before.
_FIRST: Final = 100
_TIMES: Final = 4
_COMMITS: Counter[str] = Counter()


@contextmanager
def watched(engine: sa.Engine) -> Iterator[None]:
    """Count what is committed through an engine, and let its database learn when it has grown."""
    if engine.dialect.name != "postgresql":
        yield
        return
    url = engine.url.render_as_string(hide_password=False)

    def count(_connection: sa.Connection) -> None:
        _COMMITS[url] += 1
        if _is_due(_COMMITS[url]):
            postgres.learn(url)

    event.listen(engine, "commit", count)
    yield
    event.remove(engine, "commit", count)


def begin(url: str) -> None:
    """Count from the beginning: the city is a new one."""
    _COMMITS[url] = 0


def _is_due(commits: int) -> bool:
    while commits > _FIRST and commits % _TIMES == 0:
        commits //= _TIMES
    return commits == _FIRST
