"""Identifiers: UUIDv7 keys for machines, short random references for people."""

import secrets
import threading
import time
from typing import Final
from uuid import UUID

# Crockford's alphabet without the letters people misread or that spell words (no I, L, O, U).
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LETTERS: Final = 8


_RANDOM_BITS: Final = 74
# How far the next id of the same millisecond may lie: too far to be guessed, too near to run over.
_STEP_BITS: Final = 40
_turn = threading.Lock()
_last = (0, 0)


def new_id() -> UUID:
    """Return a UUIDv7: sorts as it was made in this process, random enough not to be guessed (RFC 9562 §5.7, §6.2)."""
    milliseconds, random_bits = _next()
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (random_bits >> 62) << 64
    value |= 0b10 << 62
    value |= random_bits & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)


def _next() -> tuple[int, int]:
    """Return the millisecond and its random bits, both together greater than the time before."""
    global _last  # noqa: PLW0603  one order a process is the point
    with _turn:
        milliseconds, random_bits = _last
        now = time.time_ns() // 1_000_000
        if now > milliseconds:
            # The first bit is left to the steps that follow.
            _last = (now, secrets.randbits(_RANDOM_BITS - 1))
        else:
            _last = (milliseconds, random_bits + 1 + secrets.randbits(_STEP_BITS))
        return _last


def new_reference(prefix: str) -> str:
    """Return a random human reference such as ``ORD-7K3M-Q9TX``; it reveals neither order nor volume of trade."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_REFERENCE_LETTERS))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"


def id_text(stored: str) -> str:
    """Return an id as UUIDs are written, from the text that a database makes of it: SQLite has no hyphens.

    Making a UUID only to write it takes six times as long.
    """
    if "-" in stored:
        return stored
    return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"
