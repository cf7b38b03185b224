"""The bell that wakes runners: rung after a commit, lost without harm."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from marketplace.kernel.db import extension

Bell = Callable[[UUID, str], None]
EXTENSION: Final = "city.bell"


def ring(job_id: UUID, name: str) -> None:
    """Wake a runner for this job of a name where the application has a bell; the relay finds the others."""
    bell: Bell | None = extension(EXTENSION)
    if bell is not None:
        bell(job_id, name)
