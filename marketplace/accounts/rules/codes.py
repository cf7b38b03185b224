"""Codes and tokens: how long they live, how they look, when a time-based code counts."""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pyotp.totp import TOTP

CODE_DIGITS: Final = 6
CODE_LIFETIME: Final = timedelta(minutes=10)
CODE_ATTEMPTS: Final = 5
INVITATION_LIFETIME: Final = timedelta(days=7)
TOKEN_LIFETIME: Final = timedelta(days=90)
TOKEN_PREFIX: Final = "acc_"  # noqa: S105  secret scanners know leaked tokens by it
RECOVERY_CODES: Final = 10
# One step (30 s) to either side: phones' clocks are off, people type slowly (RFC 6238 §5.2).
_STEPS: Final = (0, -1, 1)


class Purpose(StrEnum):
    """What a one-time code is for; one asked for one thing opens nothing else."""

    SIGN_IN = "sign_in"
    RESET_PASSWORD = "reset_password"  # noqa: S105  a purpose


def digest(secret: str) -> str:
    """Return what is stored of a long random secret; as random as a key, it needs no salt (SHA-256, hex)."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_code(text: str) -> bool:
    """Tell whether this is six ASCII digits."""
    return len(text) == CODE_DIGITS and text.isascii() and text.isdigit()


def bare_code(text: str) -> str:
    """Return a typed code without the blanks and hyphens people put in, in capitals."""
    return "".join(text.split()).replace("-", "").upper()


def totp_step(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """Return the time step this code is good for, None when wrong or not later than the last step used.

    A step is used once: somebody who looked over the shoulder comes too late (RFC 6238 §5.2).
    """
    if not is_code(code):
        return None
    totp = TOTP(secret)
    current = totp.timecode(now)
    for step in (current + offset for offset in _STEPS):
        if step > after and hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None
