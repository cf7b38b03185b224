"""What is asked for goods that weigh or measure more than was agreed, and until when that is answered."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle

# Scales differ, and cartons bulge: so many hundredths more than agreed cost nothing.
TOLERATED_PERCENT: Final = 3
TIME_TO_ANSWER: Final = timedelta(hours=24)


class SurchargeState(StrEnum):
    """Whether a payer agreed to pay for what came above the booking."""

    PROPOSED = "proposed"
    CONSENTED = "consented"
    DECLINED = "declined"
    LAPSED = "lapsed"  # nobody answered in time
    WAIVED = "waived"  # the carrier asks for nothing
    WITHDRAWN = "withdrawn"  # it was measured again, and is not above


_S = SurchargeState
# Who declined, or was late, may still agree: the goods stand at the hub until then.
_ANSWERS: Final = {"consent": _S.CONSENTED, "waive": _S.WAIVED, "withdraw": _S.WITHDRAWN}
SURCHARGE: Final = Lifecycle(
    "surcharge",
    {
        _S.PROPOSED: _ANSWERS | {"decline": _S.DECLINED, "lapse": _S.LAPSED},
        _S.DECLINED: _ANSWERS,
        _S.LAPSED: _ANSWERS | {"decline": _S.DECLINED},
    },
)
# The goods are not loaded while one of these stands.
STANDING: Final = (_S.PROPOSED, _S.DECLINED, _S.LAPSED)


def is_above(agreed_g: int, measured_g: int) -> bool:
    """Tell whether a chargeable weight is above what was agreed by more than scales differ."""
    return measured_g * 100 > agreed_g * (100 + TOLERATED_PERCENT)


def due(now: datetime, departs_at: datetime) -> datetime:
    """Return until when a proposal is answered: a day, but not after the lorry has left; an hour at the least."""
    return max(min(now + TIME_TO_ANSWER, departs_at), now + timedelta(hours=1))
