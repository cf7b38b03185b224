"""Why a line of a cart cannot be ordered."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be ordered as it stands: a code and facts."""

    code: str
    facts: dict[str, Any]
