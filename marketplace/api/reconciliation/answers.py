"""Answers about the operator's board."""

from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.reconciliation import Seen
from marketplace.reports.reconciliation.queries import BalanceRow, ItemRow, SumRow


class Sum(Answer):
    """How much of a kind stands on the board in a currency, since and until when the first of it."""

    kind: str
    count: int
    late: int
    amount: Amount | None
    since: Instant
    deadline: Instant | None

    @classmethod
    def of(cls, row: SumRow) -> "Sum":
        """Write a sum."""
        return cls(
            kind=row.kind.value,
            count=row.count,
            late=row.late,
            amount=Amount.of(row.amount) if row.amount is not None else None,
            since=row.since,
            deadline=row.deadline,
        )


class Item(Answer):
    """Something on the board; ``page`` is where the operator puts it right, empty where that is somebody else's."""

    kind: str
    id: UUID
    reference: str
    state: str
    amount: Amount | None
    since: Instant
    days: int
    deadline: Instant | None
    is_late: bool
    owner: str
    company_id: UUID | None
    company: str
    page: str

    @classmethod
    def of(cls, row: ItemRow, name: str) -> "Item":
        """Write an item."""
        return cls(
            kind=row.kind.value,
            id=row.id,
            reference=row.reference,
            state=row.state,
            amount=Amount.of(row.amount) if row.amount is not None else None,
            since=row.since,
            days=row.days,
            deadline=row.deadline,
            is_late=row.is_late,
            owner=row.owner.value,
            company_id=row.company_id,
            company=name,
            page=row.path,
        )


class Balance(Answer):
    """How much the books have in an account between two places."""

    account: str
    amount: Amount

    @classmethod
    def of(cls, row: BalanceRow) -> "Balance":
        """Write a balance."""
        return cls(account=row.kind.value, amount=Amount.of(row.amount))


class Board(Answer):
    """The board; ``provider_read_at`` is when the card provider's books were compared last."""

    sums: list[Sum]
    balances: list[Balance]
    provider_read_at: Instant | None
    provider_differences: int
    items: list[Item]
    next: str | None

    @classmethod
    def of(cls, seen: Seen) -> "Board":
        """Write the board."""
        found = seen.board
        return cls(
            sums=[Sum.of(row) for row in found.sums],
            balances=[Balance.of(row) for row in found.balances],
            provider_read_at=found.read_at,
            provider_differences=found.differences,
            items=[
                Item.of(row, seen.names.get(row.company_id, "") if row.company_id else "") for row in found.page.items
            ],
            next=found.page.next,
        )
