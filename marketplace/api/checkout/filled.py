"""What the API says of carts that are filled with many lines at once: from a list, or from a past order."""

from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer
from marketplace.checkout.services.filling import Result
from marketplace.edge.acts.again import Again, AgainRow, AgainSeen
from marketplace.edge.acts.filling import why
from marketplace.kernel.errors import Refused


class LineResult(Answer):
    """What came of a line, counted from 1: the listing it means, and why it is not in the cart if it is not."""

    line: int
    listing_id: UUID | None
    in_cart: bool
    field: str | None
    code: str | None
    message: str | None
    accepted: str | None

    @classmethod
    def of(cls, line: int, result: Result) -> "LineResult":
        """Write a line."""
        said = dict.fromkeys(("field", "code", "message", "accepted"))
        reason = why(result.refusal) if result.refusal else said
        return cls(line=line, listing_id=result.listing_id, in_cart=result.refusal is None, **reason)


class Filled(Answer):
    """What came of each line, in their order, and how many went into the cart."""

    put: int
    lines: list[LineResult]

    @classmethod
    def of(cls, results: tuple[Result, ...]) -> "Filled":
        """Write what was done."""
        lines = [LineResult.of(line, result) for line, result in enumerate(results, start=1)]
        return cls(put=sum(line.in_cart for line in lines), lines=lines)


class Obstacle(Answer):
    """Why a line cannot go into the cart: the field to mend, and what would be accepted."""

    field: str
    code: str
    message: str
    accepted: str


class AgainLine(Answer):
    """A line of a past order as it was and as it could be bought now, of the same quantity on the same basis.

    ``price``: None where there is none on this basis any more.
    """

    line_id: UUID
    listing_id: UUID
    sku: str
    titles: dict[str, str]
    unit: str
    quantity: int
    price_then: Amount
    price: Amount | None
    in_cart: bool
    obstacle: Obstacle | None

    @classmethod
    def of(cls, row: AgainRow) -> "AgainLine":
        """Write a line."""
        line, wrong = row.line, row.obstacle
        return cls(
            line_id=line.id,
            listing_id=line.listing_id,
            sku=line.sku,
            titles=dict(line.titles),
            unit=line.unit,
            quantity=line.quantity,
            price_then=Amount.of(line.unit_price),
            price=Amount.of(row.price) if row.price else None,
            in_cart=row.in_cart,
            obstacle=Obstacle(**why(Refused.fields(wrong))) if wrong else None,
        )


class AgainAnswer(Answer):
    """A past order as it could be bought now."""

    order_id: UUID
    reference: str
    lines: list[AgainLine]

    @classmethod
    def of(cls, seen: AgainSeen) -> "AgainAnswer":
        """Write an order."""
        lines = [AgainLine.of(row) for row in seen.rows]
        return cls(order_id=seen.order.id, reference=seen.order.reference, lines=lines)


class AgainResult(Answer):
    """What came of a line of a past order: how many went into the cart, at what price then and now, or why none did."""

    line_id: UUID
    listing_id: UUID
    quantity: int
    price_then: Amount
    price: Amount | None
    put: bool
    reason: Obstacle | None

    @classmethod
    def of(cls, done: Again) -> "AgainResult":
        """Write a line."""
        line = done.row.line
        return cls(
            line_id=line.id,
            listing_id=line.listing_id,
            quantity=done.quantity,
            price_then=Amount.of(line.unit_price),
            price=Amount.of(done.row.price) if done.row.price else None,
            put=done.refusal is None,
            reason=Obstacle(**why(done.refusal)) if done.refusal else None,
        )


class AgainDone(Answer):
    """What came of each line, in the order's own order."""

    lines: list[AgainResult]

    @classmethod
    def of(cls, done: tuple[Again, ...]) -> "AgainDone":
        """Write what was done."""
        return cls(lines=[AgainResult.of(each) for each in done])
