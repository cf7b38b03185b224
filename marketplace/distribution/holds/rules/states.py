"""Where an owner's charge stands: as a fee does, and ended for good where its cost was taken back."""

from typing import Final

from marketplace.distribution.fees.rules.states import FeeState
from marketplace.kernel.lifecycle import Lifecycle

_F = FeeState
CHARGE: Final = Lifecycle[FeeState](
    "held_charge",
    {
        _F.WAITING: {"charge": _F.CHARGED, "waive": _F.WAIVED},
        _F.CHARGED: {"waive": _F.WAIVED, "ask": _F.WAIVER_ASKED},
        _F.WAIVER_ASKED: {"waive": _F.WAIVED, "keep": _F.CHARGED},
    },
)
