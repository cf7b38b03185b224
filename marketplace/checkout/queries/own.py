"""Read what a person's own open checkouts hold: they make way for the next checkout of the same goods."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules import plan as plans
from marketplace.checkout.rules.items import Item
from marketplace.checkout.rules.options import Option
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.checkout.rules.states import OPEN
from marketplace.kernel.quantity import Load

Options = Mapping[UUID, tuple[Option, ...]]


@dataclass(frozen=True, slots=True)
class Own:
    """What the checkouts hold: units by listing, room by departure, and the departures that they hold whole."""

    units: Mapping[UUID, int]
    rooms: Mapping[UUID, Load]
    whole: frozenset[UUID]

    def stocked(self, offers: Mapping[UUID, OfferRow]) -> dict[UUID, OfferRow]:
        """Return offers with these units available again."""
        return {
            key: offer if offer.available is None else replace(offer, available=offer.available + self._units(key))
            for key, offer in offers.items()
        }

    def _units(self, listing_id: UUID) -> int:
        return self.units.get(listing_id, 0)

    def freed(self, option: Option) -> Option:
        """Return a departure with this room free again."""
        if option.departure_id in self.whole:
            return replace(option, is_empty=True, room=option.capacity, fits=option.is_large_enough)
        held = self.rooms.get(option.departure_id)
        if held is None:
            return option
        room = option.room + held
        return replace(option, room=room, fits=option.load.fits(room), is_empty=room == option.capacity)


_NOTHING = Own({}, {}, frozenset())


def own(
    session: Session,
    *,
    items: Sequence[Item],
    offers: Mapping[UUID, OfferRow],
    options: Options,
    company_id: UUID,
    person_id: UUID,
    of_sample: bool,
    now: datetime,
) -> Own:
    """Return what the person's open checkouts of these goods hold; nothing is asked where stock and room are enough."""
    short = (
        (available := offers[item.listing_id].available) is not None and item.quantity > available
        for item in items
        if item.listing_id in offers
    )
    full = (
        not option.fits or (option.whole is not None and not option.is_empty)
        for some in options.values()
        for option in some
    )
    if not any(short) and not any(full):
        return _NOTHING
    listing_ids = {item.listing_id for item in items}
    begun = _plans(session, company_id, person_id, now)
    return _held([plan for plan in begun if _makes_way(plan, listing_ids, of_sample=of_sample)])


def _makes_way(plan: CheckoutPlan, listing_ids: Collection[UUID], *, of_sample: bool) -> bool:
    return plan.is_sample is of_sample and not set(listing_ids).isdisjoint(plan.listing_ids)


def _held(found: Sequence[CheckoutPlan]) -> Own:
    units: dict[UUID, int] = {}
    rooms: dict[UUID, Load] = {}
    for plan in found:
        for order in plan.group.orders:
            for line in order.lines:
                if line.from_stock and not order.centre_id:
                    units[line.listing_id] = units.get(line.listing_id, 0) + line.quantity
        for space in plan.rooms:
            if space.from_stock:
                rooms[space.departure_id] = rooms.get(space.departure_id, Load()) + space.load
    return Own(units, rooms, frozenset(lorry.departure_id for plan in found for lorry in plan.whole))


def _plans(session: Session, company_id: UUID, person_id: UUID, now: datetime) -> list[CheckoutPlan]:
    found = session.scalars(
        sa.select(CheckoutAttempt.plan).where(
            CheckoutAttempt.company_id == company_id,
            CheckoutAttempt.person_id == person_id,
            CheckoutAttempt.state.in_(OPEN),
            CheckoutAttempt.expires_at > now,
        )
    )
    return [plans.from_json(plan) for plan in found]
