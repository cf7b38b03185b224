"""Statements of account: of commission, of freight, of a buyer with a merchant."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.money import Money
from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Party

# A paper with more rows than this is read by nobody and larger than papers may be: it has one row an order then.
MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One entry of the ledger; ``transfer`` is its id, empty on a row that stands for several."""

    on: date
    what: str  # payments.rules.TransferKind
    reference: str  # of the order or the freight contract
    amounts: tuple[Money, ...]
    order: str = ""  # of a freight contract
    purchase_order_number: str = ""
    article: str = ""
    transfer: str = ""
    base: Money | None = None
    rate_bp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPaper:
    """An invoice or note that was issued in the period."""

    on: date
    kind: str  # papers.rules.PaperKind
    number: str
    reference: str
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The rows of a period with the balances at both ends; every amount is the ledger's.

    ``columns`` name what each amount of a row is, ``balances`` what the opening and closing amounts are.
    """

    number: str
    issued_on: date
    issuer: Party
    recipient: Party
    since: date
    until: date  # the last day, included
    currency: str
    columns: tuple[str, ...]
    balances: tuple[str, ...]
    opening: tuple[Money, ...]
    rows: tuple[StatementRow, ...]
    sums: tuple[Money, ...]
    closing: tuple[Money, ...]
    papers: tuple[ListedPaper, ...] = ()
    interim: str = ""  # "yes" while the period is not over
    no_vat: str = ""  # "yes" where no value added tax was charged

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)


def condensed(rows: tuple[StatementRow, ...], *, most: int = MOST_ROWS) -> tuple[StatementRow, ...]:
    """Return the rows as they are, or, of more than ``most``, one for each kind of entry of an order."""
    if len(rows) <= most:
        return rows
    grouped: dict[tuple[str, str], list[StatementRow]] = {}
    for row in rows:
        grouped.setdefault((row.reference, row.what), []).append(row)
    return tuple(_together(same) for same in grouped.values())


def _together(rows: list[StatementRow]) -> StatementRow:
    last = rows[-1]
    if len(rows) == 1:
        return last
    amounts = tuple(
        sum(column, Money.zero(column[0].currency)) for column in zip(*(row.amounts for row in rows), strict=True)
    )
    return StatementRow(
        on=last.on,
        what=last.what,
        reference=last.reference,
        order=last.order,
        purchase_order_number=last.purchase_order_number,
        amounts=amounts,
    )
