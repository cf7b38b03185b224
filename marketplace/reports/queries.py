"""Questions that no single feature can answer."""

from collections.abc import Callable
from typing import Final

from sqlalchemy.orm import Session

from marketplace.audit import queries as audit
from marketplace.kernel.checks import Breach

# Each feature verifies its own promises; this is the list of them all.
CHECKS: Final[tuple[Callable[[Session], list[Breach]], ...]] = (audit.breaches,)


def check(session: Session) -> list[Breach]:
    """Return every broken invariant of the live database."""
    return [breach for find in CHECKS for breach in find(session)]
