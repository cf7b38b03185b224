"""The bell that wakes runners: rung after a commit, lost without harm."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from marketplace.kernel.db import extension

Bell = Callable[[Sequence[tuple[UUID, str]]], None]
EXTENSION: Final = "city.bell"


def ring(jobs: Sequence[tuple[UUID, str]]) -> None:
    """Wake a runner for these jobs, each with its name, where the application has a bell; the relay finds others."""
    bell: Bell | None = extension(EXTENSION)
    if bell is not None:
        bell(jobs)
