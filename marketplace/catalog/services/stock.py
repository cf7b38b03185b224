"""Stock: set by the merchant, claimed by carts, promised to orders, shipped. Never promised twice.

Every act is idempotent per subject (an order line's id). The row in ``stock`` is hot: it is changed last, by one
conditional UPDATE, and callers that hold several listings go in order of their ids. Only what changes the units on hand
goes on to the places where they lie, behind the lock of that row; to sell asks for none of them.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Stock, StockEntry, StockHold
from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.catalog.rules.states import HOLD, EntryKind, HoldState
from marketplace.catalog.warehouses.services import places
from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused
from marketplace.kernel.ids import new_id

_GONE: Final = frozenset({HoldState.RELEASED, HoldState.EXPIRED})


# Many rows are changed by one statement of the table's own columns: the session refuses that of an entity's.
_STOCK: Final = cast("sa.Table", Stock.__table__)


def stock_left() -> sa.ColumnElement[int]:
    """Return the units of the row being changed that nobody has: the guard against selling twice."""
    return _STOCK.c.on_hand - _STOCK.c.allocated - _STOCK.c.held


_OVER: Final = (StockHold.state == HoldState.LIVE, StockHold.expires_at <= sa.bindparam("now", type_=UtcDateTime()))
# Each listing that has stock, and whether claims on it are over that nobody ended yet.
_THERE: Final = sa.select(
    Stock.listing_id, sa.exists().where(StockHold.listing_id == Stock.listing_id, *_OVER).label("has_over")
).where(Stock.listing_id.in_(sa.bindparam("ids", expanding=True)))
_EXPIRE: Final = (
    sa.update(StockHold)
    .where(
        StockHold.listing_id.in_(sa.bindparam("ids", expanding=True)),
        *_OVER,
    )
    .values(state=HOLD.apply(HoldState.LIVE, "expire"))
    .returning(StockHold.id, StockHold.listing_id, StockHold.quantity)
    .execution_options(synchronize_session=False)
)
_TAKE: Final = (
    sa.update(_STOCK)
    .where(_STOCK.c.listing_id == sa.bindparam("key"), stock_left() + sa.bindparam("freed") >= sa.bindparam("wanted"))
    .values(held=_STOCK.c.held + sa.bindparam("wanted") - sa.bindparam("freed"))
)

_COUNTS: Final = ("on_hand", "allocated", "held")
_MUST_MOVE: Final = (
    sa.update(_STOCK)
    .where(_STOCK.c.listing_id == sa.bindparam("listing"))
    .values({name: _STOCK.c[name] + sa.bindparam(f"by_{name}", type_=sa.BigInteger) for name in _COUNTS})
)
_HELD_BY: Final = (
    sa.select(StockHold)
    .where(StockHold.subject == sa.bindparam("subject"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_HELD_BY_ANY: Final = (
    sa.select(StockHold)
    .where(StockHold.subject.in_(sa.bindparam("subjects", expanding=True)))
    .order_by(StockHold.listing_id, StockHold.subject)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def hold(
    session: Session, *, listing_id: UUID, quantity: int, subject: UUID, expires_at: datetime, now: datetime
) -> UUID:
    """Claim units until an instant and return the hold's id; Conflict ``stock`` names what is available.

    A subject that holds already keeps its hold; one whose hold ended may claim again. After a Conflict nothing of
    this call remains, so that a caller may go on.
    """
    if quantity < 1:
        raise Refused.field("quantity", "too_small", "1 or more")
    found = _hold_of(session, subject)
    if found is not None and (found.state is HoldState.ALLOCATED or _is_claimed(found, now)):
        return _same(found, listing_id, quantity)
    with session.begin_nested():
        freed = _expire(session, listing_id, now)
        claimed = _claim(session, found, listing_id, quantity, subject, expires_at, now)
        _enter(session, EntryKind.HOLD, listing_id, now, hold_id=claimed, held=quantity)
        if not _move(session, listing_id, stock_left() + freed >= quantity, held=quantity - freed):
            raise Conflict("stock", listing=listing_id, available=_available(session, listing_id, freed))
    return claimed


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a listing that a subject claims until an instant."""

    listing_id: UUID
    quantity: int
    subject: UUID
    expires_at: datetime


def hold_all(session: Session, *, wanted: Sequence[Wanted], now: datetime) -> None:
    """Claim units for subjects that never held any, each of another listing.

    The number of statements does not depend on how many they are, unless claims of others ended. Conflict ``stock``
    names the first listing that lacks units and what is available; the unit of work is given up then.
    """
    if not wanted:
        return
    wanted = sorted(wanted, key=lambda one: one.listing_id)
    listing_ids = [one.listing_id for one in wanted]
    there = {row.listing_id: row.has_over for row in session.execute(_THERE, {"ids": listing_ids, "now": now})}
    for one in wanted:
        if one.quantity < 1:
            raise Refused.field("quantity", "too_small", "1 or more")
        if one.listing_id not in there:
            raise Conflict("stock", listing=one.listing_id, available=0)
    over = [listing_id for listing_id in listing_ids if there[listing_id]]
    freed = _expire_all(session, over, now) if over else {}
    holds = [
        {
            "id": new_id(),
            "listing_id": one.listing_id,
            "subject": one.subject,
            "quantity": one.quantity,
            "shipped": 0,
            "state": HoldState.LIVE,
            "expires_at": one.expires_at,
            "created_at": now,
        }
        for one in wanted
    ]
    write(session, StockHold, holds)
    entries = [
        _entry(EntryKind.HOLD, hold["listing_id"], now, hold_id=hold["id"], held=hold["quantity"]) for hold in holds
    ]
    write(session, StockEntry, entries)
    _take_all(session, {one.listing_id: one.quantity for one in wanted}, freed)


def _take_all(session: Session, units: Mapping[UUID, int], freed: Mapping[UUID, int]) -> None:
    """Change the hot rows in order of id, each where nobody has what is wanted; Conflict for the first that stays."""
    changes = [
        {"key": listing_id, "wanted": wanted, "freed": freed.get(listing_id, 0)}
        for listing_id, wanted in sorted(units.items())
    ]
    taken = cast("sa.CursorResult[Any]", session.execute(_TAKE, changes))
    if taken.rowcount == len(changes):
        return
    claimed = (
        sa.select(sa.func.sum(StockHold.quantity))
        .where(StockHold.listing_id == Stock.listing_id, StockHold.state == HoldState.LIVE)
        .scalar_subquery()
    )
    # A row that was not changed lacks what is claimed of it just now.
    refused = session.scalars(
        sa.select(Stock.listing_id)
        .where(Stock.listing_id.in_(units), Stock.held != claimed)
        .order_by(Stock.listing_id)
        .limit(1)
    ).one()
    raise Conflict("stock", listing=refused, available=_available(session, refused, freed.get(refused, 0)))


def allocate(session: Session, *, subject: UUID, now: datetime) -> None:
    """Promise the held units to the order; Conflict ``hold_gone`` when the claim ended before.

    A claim whose time is over but whose units nobody took in between is still good.
    """
    for listing_id in allocate_all(session, subjects=[subject], now=now).values():
        raise Conflict("hold_gone", listing=listing_id)


def allocate_all(session: Session, *, subjects: Collection[UUID], now: datetime) -> dict[UUID, UUID]:
    """Promise what subjects hold as ``allocate`` does for one, in as many statements.

    Where claims ended before nothing is promised to any of them; return the listings of those.
    """
    found = session.scalars(_HELD_BY_ANY, {"subjects": list(subjects)}).all()
    if len(found) != len(subjects):
        raise NotFound("stock_hold")
    gone = {one.subject: one.listing_id for one in found if one.state in _GONE}
    entries, moves = list[dict[str, Any]](), list[dict[str, Any]]()
    for one in found:
        if one.state is HoldState.LIVE and not gone:
            one.state = HOLD.apply(one.state, "allocate")
            by = {"allocated": one.quantity, "held": -one.quantity}
            entries.append(_entry(EntryKind.ALLOCATE, one.listing_id, now, hold_id=one.id, **by))
            moves.append(_moved(one.listing_id, by))
    if moves:
        write(session, StockEntry, entries)
        session.execute(_MUST_MOVE, moves)
    return gone


def release(session: Session, *, subject: UUID, now: datetime, reason: str) -> None:
    """Give back what the subject holds or was promised and has not shipped; ``reason`` is a code, not prose.

    Nothing happens when there is nothing to give back.
    """
    found = _hold_of(session, subject)
    if found is None or found.state in _GONE:
        return
    left = found.quantity - found.shipped
    was_allocated = found.state is HoldState.ALLOCATED
    found.state, found.ended_because = HOLD.apply(found.state, "release"), reason[:40]
    back = {"allocated": -left} if was_allocated else {"held": -left}
    _enter(session, EntryKind.RELEASE, found.listing_id, now, hold_id=found.id, **back)
    _must_move(session, found.listing_id, **back)


def lessen(session: Session, *, subject: UUID, quantity: int, now: datetime, reason: str) -> None:
    """Give back so many units of what the subject holds or was promised and keep the rest; all of it is a release.

    Nothing happens when there is nothing to give back. Conflict ``shipped_more`` for units that have left.
    """
    found = _hold_of(session, subject)
    if found is None or found.state in _GONE:
        return
    left = found.quantity - found.shipped - quantity
    if left < 0:
        raise Conflict("shipped_more", listing=found.listing_id, allocated=found.quantity)
    if found.quantity == quantity:
        release(session, subject=subject, now=now, reason=reason)
        return
    found.quantity -= quantity
    back = {"allocated": -quantity} if found.state is HoldState.ALLOCATED else {"held": -quantity}
    _enter(session, EntryKind.RELEASE, found.listing_id, now, hold_id=found.id, **back)
    _must_move(session, found.listing_id, **back)


def extend(session: Session, *, until: Mapping[UUID, datetime], now: datetime) -> None:
    """Keep the claims of subjects until later instants; Conflict ``hold_gone`` for the first that ended before.

    In as many statements for one subject as for two hundred.
    """
    if not until:
        return
    held = {found.subject: found for found in session.scalars(_HELD_BY_ANY, {"subjects": list(until)})}
    for subject, expires_at in until.items():
        found = _there(held.get(subject))
        if found.state in _GONE:
            raise Conflict("hold_gone", listing=found.listing_id)
        if found.state is HoldState.LIVE and expires_at > max(found.expires_at, now):
            found.expires_at = expires_at
    session.flush()


def ship(session: Session, *, subject: UUID, quantity: int, now: datetime) -> None:
    """Note that so many of the subject's units have left in all; a number already reached changes nothing.

    Conflict ``not_allocated`` for units that were never promised, ``shipped_more`` for more than were.
    """
    found = _there(_hold_of(session, subject))
    if found.state is not HoldState.ALLOCATED:
        raise Conflict("not_allocated", listing=found.listing_id)
    if quantity > found.quantity:
        raise Conflict("shipped_more", listing=found.listing_id, allocated=found.quantity)
    leaving = quantity - found.shipped
    if leaving <= 0:
        return
    found.shipped = quantity
    _enter(session, EntryKind.SHIP, found.listing_id, now, hold_id=found.id, on_hand=-leaving, allocated=-leaving)
    _must_move(session, found.listing_id, on_hand=-leaving, allocated=-leaving)
    places.follow(session, moved={found.listing_id: -leaving})


def lock(session: Session, *, listing_id: UUID) -> None:
    """Let nobody else move a listing's units until the end of the unit of work."""
    session.execute(_locked([listing_id]))


def set_on_hand(session: Session, *, listing_id: UUID, on_hand: int, now: datetime) -> int:
    """Set the units that lie ready and return the difference; Conflict ``stock_promised`` below what is promised."""
    (done,) = set_all(session, on_hand={listing_id: on_hand}, now=now).values()
    if isinstance(done, DomainError):
        raise done
    return done


def set_all(session: Session, *, on_hand: Mapping[UUID, int | None], now: datetime) -> dict[UUID, int | DomainError]:
    """Set the units that lie ready of several listings; return each one's difference, or why it stays as it is.

    None empties the shelf of goods made to order from now on. Rows that move are locked in order of id before any is
    judged, so that a refusal leaves nothing of its listing behind and its neighbours' units are written. Where a
    listing has places, more is put into the first warehouse, and less is taken in the merchant's order of preference.
    """
    if not on_hand:
        return {}
    done: dict[UUID, int | DomainError] = {
        listing_id: Refused.field("stock", "too_small" if units < 0 else "too_large", f"0 to {LARGEST_QUANTITY}")
        for listing_id, units in on_hand.items()
        if units is not None and not 0 <= units <= LARGEST_QUANTITY
    }
    there = dict(session.execute(_on_hand([key for key in on_hand if key not in done])).all())
    new = {key: units for key, units in on_hand.items() if key not in done and key not in there and units is not None}
    done |= {key: 0 for key in on_hand if key not in done} | new
    moving = [key for key, units in there.items() if units != (on_hand[key] or 0)]
    moved = dict(new)
    for row in session.execute(_locked(moving)).all() if moving else ():
        difference = (on_hand[row.listing_id] or 0) - row.on_hand
        if row.left + difference < 0:
            done[row.listing_id] = Conflict("stock_promised", listing=row.listing_id, promised=row.on_hand - row.left)
        else:
            moved[row.listing_id] = done[row.listing_id] = difference
    if new:
        rows = [{"listing_id": key, "on_hand": units, "allocated": 0, "held": 0} for key, units in new.items()]
        write(session, Stock, rows)
    _enter_all(session, {key: difference for key, difference in moved.items() if difference}, now)
    added = {key: difference for key, difference in moved.items() if difference and key in there}
    if added:
        _add(session, added)
        places.follow(session, moved=added)
    return done


def _on_hand(listing_ids: Collection[UUID]) -> sa.Select[UUID, int]:
    return sa.select(Stock.listing_id, Stock.on_hand).where(Stock.listing_id.in_(listing_ids))


def _locked(listing_ids: Collection[UUID]) -> sa.Select[UUID, int, int]:
    """Select units on hand and units that nobody has, and keep the rows until the end of the unit of work."""
    columns = sa.select(Stock.listing_id, Stock.on_hand, stock_left().label("left"))
    return columns.where(Stock.listing_id.in_(listing_ids)).order_by(Stock.listing_id).with_for_update()


def _enter_all(session: Session, moved: Mapping[UUID, int], now: datetime) -> None:
    entries = [_entry(EntryKind.SET, key, now, on_hand=change) for key, change in moved.items()]
    write(session, StockEntry, entries)


def _add(session: Session, moved: Mapping[UUID, int]) -> None:
    """Change rows that are locked, in order of id."""
    statement = (
        sa.update(_STOCK)
        .where(_STOCK.c.listing_id == sa.bindparam("key"))
        .values(on_hand=_STOCK.c.on_hand + sa.bindparam("by"))
    )
    session.execute(statement, [{"key": key, "by": moved[key]} for key in sorted(moved)])


def on_hand(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the units that lie ready, by listing."""
    return dict(session.execute(_on_hand(listing_ids)).all())


def locked_counts(session: Session, *, listing_id: UUID) -> tuple[int, int]:
    """Return a listing's units that lie ready, and how many of them nobody has; nobody else moves them meanwhile."""
    found = session.execute(_locked([listing_id])).one_or_none()
    return (found.on_hand, found.left) if found is not None else (0, 0)


def due_to_lapse(session: Session, *, now: datetime, after: UUID | None = None, limit: int = 200) -> tuple[UUID, ...]:
    """Return the listings with claims whose time is over in order of id, those behind ``after``."""
    statement = (
        sa.select(StockHold.listing_id)
        .where(StockHold.state == HoldState.LIVE, StockHold.expires_at <= now)
        .distinct()
        .order_by(StockHold.listing_id)
        .limit(limit)
    )
    return tuple(session.scalars(statement if after is None else statement.where(StockHold.listing_id > after)))


def lapse(session: Session, *, listing_id: UUID, now: datetime) -> bool:
    """Release the claims on a listing whose time is over; tell whether there were any."""
    freed = _expire(session, listing_id, now)
    if freed:
        _must_move(session, listing_id, held=-freed)
    return freed > 0


def _hold_of(session: Session, subject: UUID) -> StockHold | None:
    return session.scalars(_HELD_BY, {"subject": subject}).one_or_none()


def _there(found: StockHold | None) -> StockHold:
    if found is None:
        raise NotFound("stock_hold")
    return found


def _is_claimed(found: StockHold, now: datetime) -> bool:
    return found.state is HoldState.LIVE and found.expires_at > now


def _same(found: StockHold, listing_id: UUID, quantity: int) -> UUID:
    if (found.listing_id, found.quantity) != (listing_id, quantity):
        raise Conflict("hold_differs", listing=found.listing_id, quantity=found.quantity)
    return found.id


def _claim(
    session: Session,
    found: StockHold | None,
    listing_id: UUID,
    quantity: int,
    subject: UUID,
    expires_at: datetime,
    now: datetime,
) -> UUID:
    """Write the claim: a new row, or the subject's ended one begun again."""
    if found is None:
        found = StockHold(
            id=new_id(),
            listing_id=listing_id,
            subject=subject,
            quantity=quantity,
            shipped=0,
            state=HoldState.LIVE,
            expires_at=expires_at,
            created_at=now,
        )
        # A listing without stock has no row to point at; the answer is the same as for an empty shelf.
        if session.get(Stock, listing_id) is None:
            raise Conflict("stock", listing=listing_id, available=0)
        session.add(found)
    else:
        session.refresh(found)
        found.state = HOLD.apply(found.state, "hold")
        found.listing_id, found.quantity, found.shipped = listing_id, quantity, 0
        found.expires_at, found.ended_because = expires_at, None
    session.flush()
    return found.id


def _expire(session: Session, listing_id: UUID, now: datetime) -> int:
    """End this listing's claims whose time is over and return their units, which the caller takes off ``held``."""
    return _expire_all(session, [listing_id], now).get(listing_id, 0)


def _expire_all(session: Session, listing_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """End the claims on several listings whose time is over; return the units of those that had any."""
    ended = session.execute(_EXPIRE, {"ids": list(listing_ids), "now": now}).all()
    freed = Counter[UUID]()
    for row in ended:
        _enter(session, EntryKind.EXPIRE, row.listing_id, now, hold_id=row.id, held=-row.quantity)
        freed[row.listing_id] += row.quantity
    return dict(freed)


def _enter(session: Session, kind: EntryKind, listing_id: UUID, now: datetime, **what: Any) -> None:
    write(session, StockEntry, [_entry(kind, listing_id, now, **what)])


def _entry(kind: EntryKind, listing_id: UUID, now: datetime, **what: Any) -> dict[str, Any]:
    still = {"hold_id": None, "on_hand": 0, "allocated": 0, "held": 0}
    return {"id": new_id(), "listing_id": listing_id, "kind": kind, "at": now, **still, **what}


def _move(session: Session, listing_id: UUID, guard: sa.ColumnElement[bool], **deltas: int) -> bool:
    """Change the hot row where the guard holds; tell whether it did."""
    statement = (
        sa.update(Stock)
        .where(Stock.listing_id == listing_id, guard)
        .values({name: getattr(Stock, name) + delta for name, delta in deltas.items()})
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1


def _must_move(session: Session, listing_id: UUID, **deltas: int) -> None:
    """Change the hot row by what was claimed before, so that its CHECK constraints alone decide."""
    session.execute(_MUST_MOVE, _moved(listing_id, deltas))


def _moved(listing_id: UUID, deltas: Mapping[str, int]) -> dict[str, Any]:
    return {"listing": listing_id} | {f"by_{name}": deltas.get(name, 0) for name in _COUNTS}


def _available(session: Session, listing_id: UUID, freed: int) -> int:
    left = session.execute(sa.select(stock_left()).where(_STOCK.c.listing_id == listing_id)).scalar_one_or_none()
    return max(0, (left or 0) + freed)
