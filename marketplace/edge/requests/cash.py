"""Which of a company's money is asked for."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from marketplace.edge.parsing import Request, blank_is_none
from marketplace.edge.requests.payments import Cursor, OptionalCurrency, OptionalDay, OptionalLastDay
from marketplace.reports.cash.queries import Asked
from marketplace.reports.cash.rules import Side, Standing


class CashFlow(Request):
    """A currency, a side, how it stands, and days, which are widened to whole weeks; without any of them all."""

    currency: OptionalCurrency = None
    side: Annotated[Literal["out", "in"] | None, BeforeValidator(blank_is_none)] = None
    state: Annotated[
        Literal["overdue", "due", "slip_received", "part_paid", "held", "pending"] | None,
        BeforeValidator(blank_is_none),
    ] = None
    since: OptionalDay = Field(default=None, alias="from")
    until: OptionalLastDay = Field(default=None, alias="to")

    def asked(self) -> Asked:
        """Return it as a value."""
        return Asked(
            currency=self.currency,
            side=Side(self.side) if self.side else None,
            standing=Standing(self.state) if self.state else None,
            first=self.since,
            last=self.until,
        )


class CashFlowPage(CashFlow):
    """The same with where the list of shares goes on."""

    cursor: Cursor = None


class CashFlowTable(CashFlow):
    """The same with which of its tables is wanted."""

    table: Literal["shares", "weeks", "figures"] = "shares"
