"""The demo city at work: who acts in it, from when until when, and what hangs on that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from obstore.store import ObjectStore

from marketplace.accounts.services.vault import Vault
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading
from marketplace.seed import people

# How far back the history of a full city reaches: far enough for a bill to be overdue.
HISTORY: Final = timedelta(days=26)


@dataclass(frozen=True, slots=True)
class Desk:
    """A city being made: its clock runs from ``start`` to ``now``, ``site`` is named to banks.

    ``refused`` is told, in one line, of a story that does not go on; without it such a story is an error.
    """

    vault: Vault
    store: ObjectStore
    site: str
    start: datetime
    now: datetime
    refused: Callable[[str], None] | None = None
    _over: set[str] = field(default_factory=set[str])

    def attempt(self, story: str, act: Callable[[], object]) -> None:
        """Let an act of a story happen; a story of which an act failed is left where it is, with its unit of work."""
        if story in self._over:
            return
        try:
            act()
        except Exception as error:
            if self.refused is None:
                raise
            self._over.add(story)
            reason = " ".join(str(error).split())
            self.refused(f"{story} was left where it is: {type(error).__name__} {reason}")

    def actor(self, login: str) -> Actor:
        """Return a member of the city by login."""
        return people.actor(reading(), login)
