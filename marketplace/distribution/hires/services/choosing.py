"""Take whole lorries at a checkout: held with its goods, made good with them, and shared once they are ordered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.hires import queries
from marketplace.distribution.hires.rules.chosen import ChosenLorry
from marketplace.distribution.hires.rules.sharing import Why
from marketplace.distribution.hires.services.writing import NewShare, write
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import LineSpace
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.terms import WholeLorry as Terms
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.rules.states import CURRENT


def hold(
    session: Session,
    *,
    lorries: Sequence[ChosenLorry],
    spaces: Sequence[LineSpace],
    company_id: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the rest of each lorry beside the room that these spaces hold on it.

    Conflict ``not_alone`` where anything else is on it, by one conditional update.
    """
    for lorry in sorted(lorries, key=lambda one: one.departure_id):
        vehicle = lorry.vehicle
        whole.keep(
            session,
            departure_id=lorry.departure_id,
            company_id=company_id,
            own=load_on(spaces, lorry.departure_id),
            terms=Terms(vehicle.price, vehicle.free_minutes, vehicle.waiting),
            actor=actor,
            now=now,
        )


def hold_again(
    session: Session,
    *,
    lorries: Sequence[ChosenLorry],
    spaces: Sequence[LineSpace],
    company_id: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what was given back when its holds ended, once they are held again; Conflict ``not_alone``."""
    lost = [one for one in lorries if queries.live_on(session, departure_id=one.departure_id) is None]
    hold(session, lorries=lost, spaces=spaces, company_id=company_id, actor=actor, now=now)


def give_back(session: Session, *, lorries: Sequence[ChosenLorry], now: datetime) -> None:
    """Make lorries anybody's again whose goods are still held on them; those of ended holds were given back then."""
    if not lorries:
        return
    lines = [share.line_id for lorry in lorries for share in lorry.shares]
    held = {
        row.departure_id
        for rows in booking_queries.bookings(session, subjects=lines).values()
        for row in rows
        if row.state in CURRENT
    }
    for lorry in sorted(lorries, key=lambda one: one.departure_id):
        if lorry.departure_id in held:
            whole.give_up(session, departure_id=lorry.departure_id, now=now)


def begin(
    session: Session,
    *,
    lorries: Sequence[ChosenLorry],
    contracts: Sequence[FreightRow],
    bookings: Mapping[UUID, BookingRow],
    spaces: Sequence[LineSpace],
    now: datetime,
) -> None:
    """Write the first round of each lorry: what its contracts, just written, ask for each booking."""
    quantities = {space.line_id: space.quantity for space in spaces}
    for lorry in lorries:
        hire_id = queries.live_on(session, departure_id=lorry.departure_id)
        if hire_id is None:
            raise Conflict("hold_gone", departure=lorry.departure_id)
        news = [
            NewShare(
                booking_id=bookings[one.line_id].id,
                contract_id=_contract(contracts, one.line_id),
                line_id=one.line_id,
                quantity=quantities[one.line_id],
                weight_minor=one.by_weight.minor,
                share=one.share,
                is_settled=True,
            )
            for one in lorry.shares
        ]
        write(session, hire_id=hire_id, why=Why.TAKEN, price=lorry.vehicle.price, shares=news, now=now)


def load_on(spaces: Sequence[LineSpace], departure_id: UUID) -> Load:
    """Return the room that these spaces take on a departure."""
    return sum((one.load for one in spaces if one.departure_id == departure_id), Load())


def _contract(contracts: Sequence[FreightRow], line_id: UUID) -> UUID:
    return next(one.id for one in contracts if line_id in {line.line_id for line in one.lines})
