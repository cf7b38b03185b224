"""Identifiers: UUIDv7 keys for machines, short random references for people."""

import secrets
import time
from typing import Final
from uuid import UUID

# Crockford's alphabet without the letters people misread or that spell words (no I, L, O, U).
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LETTERS: Final = 8


def new_id() -> UUID:
    """Return a UUIDv7: sorts by creation millisecond, random enough not to be guessed (RFC 9562 §5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = secrets.randbits(74)
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (random_bits >> 62) << 64
    value |= 0b10 << 62
    value |= random_bits & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)


def new_reference(prefix: str) -> str:
    """Return a random human reference such as ``ORD-7K3M-Q9TX``; it reveals neither order nor volume of trade."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_REFERENCE_LETTERS))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"
