"""How much a side may hand in to show what is so, so that everything about a claim fits into one bundle."""

from collections.abc import Collection, Sequence
from typing import Final

from marketplace.kernel.errors import Refused

MOST_FILES: Final = 40
MEGABYTE: Final = 1024 * 1024
MOST_BYTES: Final = 100 * MEGABYTE


def check_room(*, before: Collection[int], more: Sequence[int]) -> None:
    """Refuse ``evidence`` beyond what one side of a claim may hand in; both are sizes of files in bytes."""
    if len(before) + len(more) > MOST_FILES or sum(before) + sum(more) > MOST_BYTES:
        accepted = f"at most {MOST_FILES} files, {MOST_BYTES // MEGABYTE} MB"
        raise Refused.field("evidence", "too_large", accepted)
