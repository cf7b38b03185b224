"""Until when what is taken: cut-offs by kind, each so many hours before a lorry leaves."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class CutoffKind(StrEnum):
    """What must be done by then; those of documents and of cargo stand with the departure itself."""

    DANGEROUS = "dangerous"
    CUSTOMS = "customs"
    AMEND = "amend"
    CANCEL = "cancel"


def cutoffs(departs_at: datetime, hours: Mapping[CutoffKind, int]) -> dict[CutoffKind, datetime]:
    """Return the instants so many hours before a departure."""
    return {kind: departs_at - timedelta(hours=count) for kind, count in hours.items()}


def remaining(until: datetime, now: datetime) -> timedelta | None:
    """Return how much time is left, in whole minutes; None once it is over."""
    left = until - now
    return timedelta(minutes=left // timedelta(minutes=1)) if left > timedelta(0) else None
