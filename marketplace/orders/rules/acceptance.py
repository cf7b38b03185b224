"""When a line is received, and what exactly a buyer accepts."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from marketplace.orders.rules.parts import Parts
from marketplace.orders.rules.states import LineState

# The carrier, or the hub, has counted these; the buyer has the next move.
RECEIVED: Final = frozenset(
    {LineState.DELIVERED, LineState.SHORT, LineState.DAMAGED, LineState.WRONG, LineState.LOST, LineState.RETURNED}
)
# Of these something came to the buyer, whole or not.
CAME: Final = frozenset({LineState.DELIVERED, LineState.DAMAGED, LineState.WRONG, LineState.ACCEPTED})
OVER: Final = frozenset({LineState.ACCEPTED, LineState.CLOSED, LineState.REJECTED, LineState.CANCELLED})


def is_received(parts: Parts) -> bool:
    """Tell whether nothing of a line is still on its way."""
    return all(state in RECEIVED or state in OVER for state in parts)


def is_over(parts: Parts) -> bool:
    """Tell whether everything of a line is accepted or ended."""
    return all(state in OVER for state in parts)


def content_hash(content: Mapping[str, object]) -> str:
    """Return the SHA-256 of what is accepted, written as canonical JSON: whoever accepts binds to exactly this."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
