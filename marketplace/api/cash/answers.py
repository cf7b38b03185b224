"""Answers about a company's money."""

from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.cash import Seen
from marketplace.reports.cash import queries
from marketplace.reports.cash.queries import Series
from marketplace.reports.cash.queries.shares import ShareRow


class Figures(Answer):
    """What the books say in a currency, and what plans still let fall due: ``expected_out`` and ``expected_in``."""

    currency: str
    to_pay: Amount
    to_receive: Amount
    held_by_us: Amount
    held_for_us: Amount
    back_to_us: Amount
    back_by_us: Amount
    released: Amount
    on_the_way: Amount
    commission: Amount
    taken_back: Amount
    expected_out: Amount
    expected_in: Amount

    @classmethod
    def of(cls, row: queries.Figures) -> "Figures":
        """Write the figures of a currency."""
        return cls(
            currency=row.currency,
            to_pay=Amount.of(row.to_pay),
            to_receive=Amount.of(row.to_receive),
            held_by_us=Amount.of(row.held_by_us),
            held_for_us=Amount.of(row.held_for_us),
            back_to_us=Amount.of(row.back_to_us),
            back_by_us=Amount.of(row.back_by_us),
            released=Amount.of(row.released),
            on_the_way=Amount.of(row.on_the_way),
            commission=Amount.of(row.commission),
            taken_back=Amount.of(row.taken_back),
            expected_out=Amount.of(row.expected_out),
            expected_in=Amount.of(row.expected_in),
        )


class Week(Answer):
    """One week: what moved by the books, and what is to move; a currency each."""

    currency: str
    first_day: date
    last_day: date
    paid: Amount
    came: Amount
    to_pay: Amount
    to_come: Amount


class Undated(Answer):
    """What is to move on no day that anybody has named."""

    currency: str
    to_pay: Amount
    to_come: Amount

    @classmethod
    def of(cls, row: Series) -> "Undated":
        """Write what has no day."""
        return cls(currency=row.currency, to_pay=Amount.of(row.undated_out), to_come=Amount.of(row.undated_in))


class Share(Answer):
    """One line's share of a milestone that is not settled; a carrier is told no order.

    ``due_at``: until when it was asked for; ``expected_at``: when its event is expected, and ``basis`` from what;
    ``hold_until``: the provider's limit.
    """

    side: str
    state: str
    amount: Amount
    reference: str
    order_id: UUID | None
    purchase_order_number: str
    line_id: UUID
    sku: str
    milestone: str
    mode: str
    company_id: UUID
    company: str
    payment_id: UUID | None
    payment: str
    due_at: Instant | None
    expected_at: Instant | None
    basis: str
    hold_until: Instant | None
    is_frozen: bool

    @classmethod
    def of(cls, row: ShareRow, name: str) -> "Share":
        """Write a share."""
        return cls(
            side=row.side.value,
            state=row.standing.value,
            amount=Amount.of(row.amount),
            reference=row.reference,
            order_id=row.order_id,
            purchase_order_number=row.purchase_order_number,
            line_id=row.line_id,
            sku=row.sku,
            milestone=row.event.value,
            mode=row.mode.value,
            company_id=row.other_id,
            company=name,
            payment_id=row.payment_id,
            payment=row.payment_reference,
            due_at=row.due_at,
            expected_at=row.expected_at,
            basis=row.basis.value,
            hold_until=row.hold_until,
            is_frozen=row.is_frozen,
        )


class CashFlow(Answer):
    """A company's money over some weeks by its own clock; ``next`` is the cursor of the shares that follow."""

    zone: str
    first_day: date
    last_day: date
    figures: list[Figures]
    weeks: list[Week]
    undated: list[Undated]
    items: list[Share]
    next: str | None

    @classmethod
    def of(cls, seen: Seen) -> "CashFlow":
        """Write a picture with a page of its shares."""
        found = seen.picture
        return cls(
            zone=found.zone,
            first_day=found.span.first,
            last_day=found.span.last,
            figures=[Figures.of(row) for row in found.figures],
            weeks=[
                Week(
                    currency=series.currency,
                    first_day=week.first,
                    last_day=week.last,
                    paid=Amount.of(week.moved_out),
                    came=Amount.of(week.moved_in),
                    to_pay=Amount.of(week.planned_out),
                    to_come=Amount.of(week.planned_in),
                )
                for series in found.series
                for week in series.weeks
            ],
            undated=[Undated.of(series) for series in found.series],
            items=[Share.of(row, seen.names.get(row.other_id, "")) for row in seen.page.items],
            next=seen.page.next,
        )
