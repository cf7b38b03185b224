"""Inspection before shipment: its states, whose move it is, what its report says, and who pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.orders.rules.classes import CommodityClass

PREFIX: Final = "INS"


class InspectionState(StrEnum):
    """Where an inspection stands."""

    OFFERED = "offered"  # the merchant offers one; the buyer may take it
    ORDERED = "ordered"  # the inspector is asked
    SEEKING = "seeking"  # nobody inspects: another inspector is to be named
    APPOINTED = "appointed"
    PASSED = "passed"
    CONDITIONAL = "conditional"
    FAILED = "failed"
    REPEATED = "repeated"  # another inspection follows
    WAIVED = "waived"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Mover(StrEnum):
    """Whose move it is."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    INSPECTOR = "inspector"


class Check(StrEnum):
    """What was found about one point of the checklist."""

    OK = "ok"
    NOT_OK = "not_ok"
    NOT_APPLICABLE = "not_applicable"


_S = InspectionState
INSPECTIONS: Final = Lifecycle[InspectionState](
    "inspection",
    {
        _S.OFFERED: {"take": _S.ORDERED, "decline": _S.DECLINED, "cancel": _S.CANCELLED},
        _S.ORDERED: {"accept": _S.APPOINTED, "refuse": _S.SEEKING, "waive": _S.WAIVED, "cancel": _S.CANCELLED},
        _S.SEEKING: {"appoint": _S.ORDERED, "leave": _S.SEEKING, "waive": _S.WAIVED, "cancel": _S.CANCELLED},
        _S.APPOINTED: {
            "pass": _S.PASSED,
            "condition": _S.CONDITIONAL,
            "fail": _S.FAILED,
            "refuse": _S.SEEKING,
            "waive": _S.WAIVED,
            "cancel": _S.CANCELLED,
        },
        _S.CONDITIONAL: {"repeat": _S.REPEATED, "waive": _S.WAIVED, "cancel": _S.CANCELLED},
        _S.FAILED: {"repeat": _S.REPEATED, "waive": _S.WAIVED, "cancel": _S.CANCELLED},
    },
)
# While an inspection is in one of these, the goods stay with their merchant.
HOLDS_UP: Final = frozenset({_S.ORDERED, _S.SEEKING, _S.APPOINTED, _S.CONDITIONAL, _S.FAILED})
OPEN: Final = tuple(INSPECTIONS.table)
# What the end of a deadline does. Goods that failed never go by silence: their inspection is repeated.
_SILENCE: Final = {
    _S.OFFERED: "decline",
    _S.ORDERED: "refuse",
    _S.APPOINTED: "refuse",
    _S.CONDITIONAL: "waive",
    _S.FAILED: "repeat",
}


def default_act(state: InspectionState, *, number: int) -> str:
    """Return what the end of a deadline does to an open inspection, the so-many-th of its line.

    Where no inspector is found for the first, the goods go as if none had been ordered; behind one that failed they
    stay, and the buyer has the next move without a clock.
    """
    if state is _S.SEEKING:
        return "waive" if number == 1 else "leave"
    return _SILENCE[state]


_COMMON: Final = ("quantity", "workmanship", "packing", "marks", "labels")
CHECKLISTS: Final[dict[CommodityClass, tuple[str, ...]]] = {
    CommodityClass.STANDARD: (*_COMMON, "dimensions", "function"),
    CommodityClass.FRESH: (*_COMMON, "temperature", "ripeness", "pests"),
    CommodityClass.MACHINERY: (*_COMMON, "dimensions", "function", "safety", "nameplate", "manuals"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """How many bad units of a sample, by the class of their worst defect, and what the checklist says."""

    critical: int
    major: int
    minor: int
    checklist: Mapping[str, Check]


def check_found(found: Found, *, sample: int, commodity: CommodityClass) -> None:
    """Refuse counts beyond the sample, and a checklist that is not exactly that of the goods."""
    counts = {"critical": found.critical, "major": found.major, "minor": found.minor}
    errors = [FieldError(name, "range", f"0 to {sample}") for name, units in counts.items() if not 0 <= units <= sample]
    if not errors and sum(counts.values()) > sample:
        errors = [FieldError(name, "range", f"0 to {sample} together") for name in counts]
    wanted = CHECKLISTS[commodity]
    if set(found.checklist) != set(wanted):
        errors.append(FieldError("checklist", "choice", ", ".join(wanted)))
    if errors:
        raise Refused.fields(*errors)


def verdict(found: Found, *, major_accepted: int, minor_accepted: int) -> str:
    """Return what a report does: ``pass``, ``condition`` or ``fail``.

    A critical defect is never accepted. Too many minor ones, or a point not as agreed, are the buyer's to judge.
    """
    if found.critical or found.major > major_accepted:
        return "fail"
    is_amiss = found.minor > minor_accepted or Check.NOT_OK in found.checklist.values()
    return "condition" if is_amiss else "pass"


RESULTS: Final = {"pass": _S.PASSED, "condition": _S.CONDITIONAL, "fail": _S.FAILED}
