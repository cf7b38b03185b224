"""What a message may look like, its life, and which addresses are addresses."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle


class Channel(StrEnum):
    """How a message reaches its reader."""

    MAIL = "mail"
    TEXT = "text"


class MessageState(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


LIFECYCLE: Final = Lifecycle(
    "message",
    {MessageState.QUEUED: {"sent": MessageState.SENT, "fail": MessageState.FAILED}},
)
# A message that could not be sent for a day has lost its purpose; its values are not kept for longer.
STALE_AFTER: Final = timedelta(days=1)
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\\\[\]]{1,64}@[^\s@<>,;:\"()\\\[\]]{1,255}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def check_address(channel: Channel, to: str) -> str:
    """Return the address, or refuse what could not be one (E.164 for text messages)."""
    pattern = _ADDRESS if channel is Channel.MAIL else _PHONE
    if not pattern.fullmatch(to) or any(ord(letter) < 32 or ord(letter) == 127 for letter in to):
        accepted = "name@host" if channel is Channel.MAIL else "+ and 7 to 15 digits"
        raise Refused.field("to", "address", accepted)
    return to


def one_line(text: str) -> str:
    """Fold every line break and control letter to a space: a header is one line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
