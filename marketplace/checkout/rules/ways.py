"""A way with a change of lorry as it is asked for."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Way:
    """The first departure and the second."""

    first: UUID
    second: UUID
