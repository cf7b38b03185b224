"""The demo city at work: who acts in it, from when until when, and what hangs on that."""

from dataclasses import dataclass
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
    """A city being made: its clock runs from ``start`` to ``now``, ``site`` is named to banks."""

    vault: Vault
    store: ObjectStore
    site: str
    start: datetime
    now: datetime

    def actor(self, login: str) -> Actor:
        """Return a member of the city by login."""
        return people.actor(reading(), login)
