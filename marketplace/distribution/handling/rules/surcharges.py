"""What is asked for goods that weigh or measure more than was agreed, and what comes of the answer."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle

# Scales differ, and cartons bulge: so many hundredths more than agreed cost nothing.
TOLERATED_PERCENT: Final = 3


class SurchargeState(StrEnum):
    """Whether a payer agreed to pay for what came above the booking."""

    PROPOSED = "proposed"
    CONSENTED = "consented"
    DECLINED = "declined"
    WAIVED = "waived"  # the carrier asks for nothing
    WITHDRAWN = "withdrawn"  # it was measured again


_S = SurchargeState
# Who declined may still agree: the goods stand at the hub until then.
_ANSWERS: Final = {"consent": _S.CONSENTED, "waive": _S.WAIVED, "withdraw": _S.WITHDRAWN}
SURCHARGE: Final = Lifecycle("surcharge", {_S.PROPOSED: _ANSWERS | {"decline": _S.DECLINED}, _S.DECLINED: _ANSWERS})
# The goods are not loaded while one of these stands: without an answer they go by the next departure with room.
STANDING: Final = (_S.PROPOSED, _S.DECLINED)


def is_above(agreed_g: int, measured_g: int) -> bool:
    """Tell whether a chargeable weight is above what was agreed by more than scales differ."""
    return measured_g * 100 > agreed_g * (100 + TOLERATED_PERCENT)
