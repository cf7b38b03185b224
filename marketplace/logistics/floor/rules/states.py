"""States of floor plans, and how hard the packer tries."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class PlanState(StrEnum):
    """Where a floor plan stands."""

    PACKING = "packing"
    DRAFT = "draft"
    FINAL = "final"
    FAILED = "failed"
    SUPERSEDED = "superseded"


_P = PlanState
PLAN: Final = Lifecycle(
    "floor_plan",
    {
        _P.PACKING: {"draw": _P.DRAFT, "settle": _P.FINAL, "fail": _P.FAILED},
        _P.DRAFT: {"supersede": _P.SUPERSEDED},
        _P.FINAL: {"supersede": _P.SUPERSEDED},
    },
)
# The one plan of a departure that counts is in one of these.
DRAWN: Final = (_P.DRAFT, _P.FINAL)


class Effort(StrEnum):
    """How hard the packer tries: fast to draw, balanced for the plan that is loaded by."""

    FAST = "fast"
    BALANCED = "balanced"


class Failure(StrEnum):
    """Why no plan came of an attempt."""

    KILLED = "killed"  # it took too long
    CRASHED = "crashed"
    INVALID = "invalid"  # one of the two checks found a fault
    LATE = "late"  # the doors were sealed meanwhile
    OTHER_LORRY = "other_lorry"  # another kind of lorry drives


# Seconds after which the packer's process is killed, and the candidates it may look at, so that the same task has the
# same answer on a slower machine.
SECONDS: Final = {Effort.FAST: 60, Effort.BALANCED: 240}
CANDIDATES: Final = {Effort.FAST: 20_000, Effort.BALANCED: 50_000}
