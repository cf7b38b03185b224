"""What a company owes after a payout and will not pay: one person proposes to write it off, another decides."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle

PREFIX: Final = "WOF"


class WriteOffState(StrEnum):
    """Where the word stands that a company will not pay."""

    PROPOSED = "proposed"
    DONE = "done"
    DECLINED = "declined"


WRITE_OFFS: Final = Lifecycle[WriteOffState](
    "receivable_write_off",
    {WriteOffState.PROPOSED: {"approve": WriteOffState.DONE, "decline": WriteOffState.DECLINED}},
)
