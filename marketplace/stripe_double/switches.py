"""Faults on purpose, kept in the file: they work on every process of a city and outlive a restart.

Faults of calls (matched by method and path, ``*`` fits anything): ``timeout_before`` and ``timeout_after`` (not done,
done; no answer), ``throttle`` (429, not done), ``break_before`` and ``break_after`` (500, not done, done; the answer
is kept for the key), ``kill_before`` and ``kill_after`` (SIGKILL to the process), ``decline`` (the next card, value =
code). Faults of notices (path = event type): ``duplicate`` (value = how often in all), ``reorder`` (the batch comes
backwards), ``delay`` (value = seconds), ``drop``.
"""

import fnmatch
from dataclasses import dataclass
from enum import StrEnum

from marketplace.stripe_double.storage import Storage, Transaction


class Fault(StrEnum):
    """What can go wrong."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    THROTTLE = "throttle"
    BREAK_BEFORE = "break_before"
    BREAK_AFTER = "break_after"
    KILL_BEFORE = "kill_before"
    KILL_AFTER = "kill_after"
    DECLINE = "decline"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    DELAY = "delay"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Switch:
    """A fault that is armed ``remaining`` more times; -1 until it is switched off."""

    fault: Fault
    method: str
    path: str
    value: str
    remaining: int


class Switches:
    """The faults that are armed."""

    def __init__(self, storage: Storage) -> None:
        """Keep them in this file."""
        self._storage = storage

    def arm(self, fault: Fault | str, *, method: str = "*", path: str = "*", value: str = "", times: int = 1) -> None:
        """Let a fault happen the next ``times`` times it fits (-1: always). ValueError for an unknown fault."""
        with self._storage.write() as transaction:
            transaction.sql.execute(
                "INSERT INTO switch (fault, method, path, value, remaining) VALUES (?, ?, ?, ?, ?)",
                (Fault(fault), method, path, str(value), times),
            )

    def clear(self) -> None:
        """Switch everything off."""
        with self._storage.write() as transaction:
            transaction.sql.execute("DELETE FROM switch")

    def armed(self) -> list[Switch]:
        """List what is armed."""
        with self._storage.read() as transaction:
            rows = transaction.sql.execute(
                "SELECT fault, method, path, value, remaining FROM switch WHERE remaining != 0 ORDER BY sequence"
            ).fetchall()
        return [Switch(Fault(fault), *rest) for fault, *rest in rows]

    def take(self, *faults: Fault, method: str = "*", path: str = "*") -> Switch | None:
        """Use up the first armed fault of these that fits."""
        if not self.armed():
            return None
        with self._storage.write() as transaction:
            return take(transaction, *faults, method=method, path=path)


def take(transaction: Transaction, *faults: Fault, method: str = "*", path: str = "*") -> Switch | None:
    """Use up the first armed fault of these that fits, inside a transaction."""
    rows = transaction.sql.execute(
        "SELECT sequence, fault, method, path, value, remaining FROM switch WHERE remaining != 0 ORDER BY sequence"
    ).fetchall()
    for sequence, fault, of_method, of_path, value, remaining in rows:
        fits = of_method in ("*", method) and fnmatch.fnmatchcase(path, of_path)
        if Fault(fault) in faults and fits:
            if remaining > 0:
                transaction.sql.execute("UPDATE switch SET remaining = remaining - 1 WHERE sequence = ?", (sequence,))
            return Switch(Fault(fault), of_method, of_path, value, remaining)
    return None
