"""Merchants whose changes are confirmed without a person, and the samples that a person sees all the same.

Trust is never stored: it follows from what people decided, each time anew. A decline ends it at once, because what was
confirmed in a row begins again and the clean days do, too.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

# Raised with every change of what follows here: each automatic decision names the version it was made by.
VERSION: Final = 1
_PARTS: Final = 10_000


class Judgement(StrEnum):
    """What became of a trusted merchant's case: confirmed by the rule, or left to a person, and why."""

    CONFIRMED = "confirmed"
    RISK = "risk"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Rule:
    """What trust takes and how far it goes, as the settings have it."""

    in_a_row: int
    clean_days: int
    most_risk: int
    sample_percent: int


@dataclass(frozen=True, slots=True)
class Record:
    """A merchant's past: cases that people confirmed in a row, and when one was last declined or a report upheld."""

    in_a_row: int
    last_fault_at: datetime | None
    may_sell: bool


def is_trusted(rule: Rule, record: Record, now: datetime) -> bool:
    """Tell whether a merchant's changes need no person."""
    is_clean = record.last_fault_at is None or record.last_fault_at <= now - timedelta(days=rule.clean_days)
    return record.may_sell and record.in_a_row >= rule.in_a_row and is_clean


def is_sample(seed: str, case_id: UUID, percent: int) -> bool:
    """Tell whether a case goes to a person by lot: the same answer for ever, and none before the seed is known."""
    drawn = hashlib.sha256(f"{seed}:{case_id}".encode()).digest()
    return int.from_bytes(drawn[:8]) % _PARTS < percent * _PARTS // 100


def judge(rule: Rule, *, risk: int, is_sampled: bool) -> Judgement:
    """Return what becomes of a trusted merchant's case; what risk flags is seen by a person whatever the lot says."""
    if risk > rule.most_risk:
        return Judgement.RISK
    return Judgement.SAMPLE if is_sampled else Judgement.CONFIRMED
