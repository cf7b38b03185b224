"""Signed messages by Standard Webhooks 1.0: id, timestamp and body under HMAC-SHA256, in both directions.

Source: github.com/standard-webhooks/standard-webhooks, specification 1.0.0.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

SKEW: Final = timedelta(minutes=5)
SECRET_PREFIX: Final = "whsec_"  # noqa: S105  the beginning of every secret, none itself
KEY_BYTES: Final = 32
LONGEST_ID: Final = 128
_SCHEME: Final = "v1"


def secret_of(key: bytes) -> str:
    """Write a key as receivers and senders of such messages keep it."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def sign(secret: str, *, message_id: str, at: int, body: bytes) -> str:
    """Return the signature of a message; ``at`` in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = b".".join((message_id.encode(), str(at).encode(), body))
    return f"{_SCHEME},{base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()}"


def is_genuine(secret: str, *, message_id: str, timestamp: str, signatures: str, body: bytes, now: datetime) -> bool:
    """Tell whether one of the signatures is of this message, made within five minutes of now."""
    if not is_id(message_id) or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        return False
    made = int(timestamp)
    if abs(now - datetime.fromtimestamp(made, UTC)) > SKEW:
        return False
    expected = sign(secret, message_id=message_id, at=made, body=body).encode()
    given = [signature.encode() for signature in signatures.split(" ") if signature.isascii()]
    return any(hmac.compare_digest(expected, signature) for signature in given)


def is_id(text: str) -> bool:
    """Tell whether this can be the id of a message: visible ASCII, no full stop, which parts the signed content."""
    return 0 < len(text) <= LONGEST_ID and text.isascii() and text.isprintable() and not set(text) & {" ", "."}
