"""The bell that wakes runners: rung after a commit, lost without harm."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from marketplace.kernel.db import extension

Bell = Callable[[UUID], None]
EXTENSION: Final = "city.bell"


def ring(job_id: UUID) -> None:
    """Wake a runner for this job where the application has a bell; the relay finds the others."""
    bell: Bell | None = extension(EXTENSION)
    if bell is not None:
        bell(job_id)
