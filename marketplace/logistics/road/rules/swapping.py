"""Another tractor and other drivers go on: why, and whose seal is on the doors."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused

MOST_KM: Final = 3_000_000
LONGEST_SEAL: Final = 40


class SwapCause(StrEnum):
    """Why another crew goes on."""

    BORDER = "border"
    BREAKDOWN = "breakdown"
    ACCIDENT = "accident"
    HOURS = "hours"


# What nobody planned: both sides of what is aboard are told.
UNPLANNED: Final = frozenset({SwapCause.BREAKDOWN, SwapCause.ACCIDENT})


class SealReason(StrEnum):
    """Why a seal was broken."""

    CUSTOMS = "customs"
    INSPECTION = "inspection"
    TRANSFER = "transfer"
    DAMAGED = "damaged"
    TAMPERED = "tampered"


def check_seal(present: str, *, read: str, new: str, reason: SealReason | None) -> str | None:
    """Return the number of the new seal, None where that on the doors is whole; ``present``: the last one put on.

    Refused ``seal_number`` for a whole seal with another number than the last one, both ``new_seal`` and
    ``seal_reason`` where one of them is given without the other, ``new_seal`` where it has the old one's number.
    """
    number, replaced = read.strip(), new.strip()
    if not number:
        raise Refused.field("seal_number", "required", f"1 to {LONGEST_SEAL} characters")
    if not replaced and reason is None:
        if number != present:
            raise Refused.fields(FieldError("seal_number", "seal_differs", facts={"number": present}))
        return None
    if not replaced:
        alone = FieldError("seal_reason", "only_with", "the new seal and why the old one was broken")
        raise Refused.fields(FieldError("new_seal", "required", f"1 to {LONGEST_SEAL} characters"), alone)
    if reason is None:
        alone = FieldError("new_seal", "only_with", "the new seal and why the old one was broken")
        raise Refused.fields(alone, FieldError("seal_reason", "required", ", ".join(SealReason)))
    if replaced == present:
        raise Refused.field("new_seal", "seal_same", "another number")
    return replaced


def check_odometer(km: int | None) -> None:
    """Refuse a reading that no tractor shows."""
    if km is not None and not 0 <= km <= MOST_KM:
        raise Refused.field("odometer_km", "range", f"0 to {MOST_KM}")
