"""Read which lorries a person's own open checkouts hold whole: they make way for the next checkout of the cart."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules import plan as plans
from marketplace.checkout.rules.options import Option
from marketplace.checkout.rules.states import OPEN
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import departures

Options = Mapping[UUID, tuple[Option, ...]]


def with_own(
    session: Session, options: Options, *, company_id: UUID, person_id: UUID, now: datetime
) -> dict[UUID, tuple[Option, ...]]:
    """Return options with the lorries empty again that the person's own open checkouts hold whole.

    Nothing is asked where none of them could be one.
    """
    full = {
        one.departure_id
        for some in options.values()
        for one in some
        if one.whole is not None and not one.is_empty and not one.fits
    }
    mine = _held_whole(session, company_id, person_id, now) & full if full else frozenset[UUID]()
    room = {key: departures.departure(session, departure_id=key, now=now).capacity for key in sorted(mine)}
    return {key: tuple(_freed(one, room) for one in some) for key, some in options.items()}


def _held_whole(session: Session, company_id: UUID, person_id: UUID, now: datetime) -> frozenset[UUID]:
    found = session.scalars(
        sa.select(CheckoutAttempt.plan).where(
            CheckoutAttempt.company_id == company_id,
            CheckoutAttempt.person_id == person_id,
            CheckoutAttempt.state.in_(OPEN),
            CheckoutAttempt.expires_at > now,
        )
    )
    return frozenset(lorry.departure_id for plan in found for lorry in plans.from_json(plan).whole)


def _freed(option: Option, room: Mapping[UUID, Load]) -> Option:
    capacity = room.get(option.departure_id)
    if capacity is None:
        return option
    return replace(option, is_empty=True, fits=option.load is not None and option.load.fits(capacity))
