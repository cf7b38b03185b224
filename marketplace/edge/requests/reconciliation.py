"""What of the operator's board is asked for."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from marketplace.edge.parsing import Request, Tick, blank_is_none
from marketplace.edge.requests.payments import Cursor
from marketplace.reports.reconciliation.rules import Kind

_Kind = Literal[
    "bank_line", "sender_return", "transfer", "slip", "obligation", "charge", "refund", "card_return", "payout",
    "bounced", "booking", "hold", "dispute", "write_off", "claim", "job",
]  # fmt: skip


class Board(Request):
    """One kind, or all; everything, or only what is late."""

    kind: Annotated[_Kind | None, BeforeValidator(blank_is_none)] = None
    late: Tick = False

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that are meant."""
        return (Kind(self.kind),) if self.kind else tuple(Kind)


class BoardPage(Board):
    """The same with where the list goes on."""

    cursor: Cursor = None
