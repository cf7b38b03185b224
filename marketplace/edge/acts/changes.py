"""Changes of orders as their two sides see them, and acts on them, by whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import changes as requests
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import PRICE_PLACES, UnitPrice
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.options import OptionRow
from marketplace.orders.changes import queries
from marketplace.orders.changes.queries import ChangeRow
from marketplace.orders.changes.rules import CHANGES, ChangeKind, Terms
from marketplace.orders.changes.services import proposing, resolving
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow


@dataclass(frozen=True, slots=True)
class ChangeSeen:
    """A change with what this reader may do about it."""

    change: ChangeRow
    acts: tuple[str, ...]


def of_order(session: Session, order_id: UUID) -> tuple[ChangeSeen, ...]:
    """Return the changes of an order of the asker's company, the latest first; NotFound for anybody else's."""
    actor = require_actor()
    order = orders.order(session, company_id=actor.company, order_id=order_id)
    return tuple(ChangeSeen(row, _acts(row, actor)) for row in queries.changes_of(session, order_id=order.id))


def look(session: Session, change_id: UUID) -> ChangeSeen:
    """Return a change of an order of the asker's company; NotFound for anybody else's."""
    actor = require_actor()
    row = queries.change(session, company_id=actor.company, change_id=change_id)
    return ChangeSeen(row, _acts(row, actor))


def propose(session: Session, order_id: UUID, body: requests.Change) -> UUID:
    """Propose a change of an order; return its id."""
    actor = require_actor()
    order = orders.order(session, company_id=actor.company, order_id=order_id)
    terms = Terms(
        kind=ChangeKind(body.kind),
        line=body.line,
        quantity=body.quantity,
        unit_price=None if body.unit_price is None else _price(body.unit_price, order.total.currency),
        departure=body.departure,
    )
    return proposing.propose(session, order_id=order_id, terms=terms, actor=actor, now=clock.now())


def accept(session: Session, change_id: UUID, body: requests.ChangeAcceptance) -> None:
    """Accept a change that was looked at."""
    resolving.accept(
        session, change_id=change_id, content_hash=body.content_hash, actor=require_actor(), now=clock.now()
    )


def decline(session: Session, change_id: UUID) -> None:
    """Decline a change."""
    resolving.decline(session, change_id=change_id, actor=require_actor(), now=clock.now())


def withdraw(session: Session, change_id: UUID) -> None:
    """Take a change back."""
    resolving.withdraw(session, change_id=change_id, actor=require_actor(), now=clock.now())


def may_change(side: str) -> bool:
    """Tell whether the asker may agree to changes on his side of an order."""
    return require_actor().may(_right(side))


def departures_for(session: Session, lines: Sequence[LineRow]) -> tuple[OptionRow, ...]:
    """Return the departures that goods added to an order can go with, by arrival: those of its first line's way."""
    now = clock.now()
    found = booking_queries.bookings(session, subjects=[line.id for line in lines])
    first = next((found[line.id][-1] for line in lines if line.id in found), None)
    if first is None:
        return ()
    hub = departures.departure(session, departure_id=first.departure_id, now=now).hub_code
    return option_queries.options(session, hub_code=hub, to_place=first.to_place, load=first.load, after=now, now=now)


def _acts(row: ChangeRow, actor: Actor) -> tuple[str, ...]:
    if not actor.may(_right(row.side_of(actor.company))):
        return ()
    mine = ("withdraw",) if actor.company == row.proposer_id else ("accept", "decline")
    return tuple(act for act in mine if CHANGES.allows(row.state, act))


def _right(side: str) -> Permission:
    return Permission.TRADE_PURCHASE_CHANGE if side == "buyer" else Permission.TRADE_SALE_CHANGE


def _price(amount: Decimal, currency: str) -> UnitPrice:
    try:
        return UnitPrice.of(amount, currency)
    except ValueError:
        raise Refused.field("unit_price", "too_fine", f"at most {PRICE_PLACES} decimals") from None
