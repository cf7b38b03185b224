"""What a key is, and what makes two requests the same."""

import hashlib
import re
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Conflict, FieldError, Malformed, Refused

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
FIELD: Final = "Idempotency-Key"


class KeyState(StrEnum):
    """Whether the request of a key has its answer."""

    RUNNING = "running"
    DONE = "done"


def parse_key(text: str | None) -> str:
    """Return the key of a request; Malformed when it is missing or not 1 to 255 printable ASCII letters."""
    if not text:
        raise Malformed("key_missing", errors=(FieldError(FIELD, "key_missing", "a new random value"),))
    if not _KEY.fullmatch(text):
        accepted = "1 to 255 printable ASCII letters, no spaces"
        raise Malformed("key_malformed", errors=(FieldError(FIELD, "key_malformed", accepted),))
    return text


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return the SHA-256 of a request; lengths in front keep one part from running into the next."""
    parts = [method.encode("ascii", "backslashreplace"), path.encode("utf-8", "surrogatepass"), body]
    return hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()


def key_reused() -> Refused:
    """Return the refusal of a key that was used for another request."""
    return Refused("key_reused", errors=(FieldError(FIELD, "key_reused", "a new key for a new request"),))


def key_running() -> Conflict:
    """Return the refusal of a retry while the first request is still at work."""
    return Conflict("key_running", retry_after=2)
