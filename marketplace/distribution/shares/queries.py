"""Read what shares of shared lorries fell to, and what must hold of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution import queries as contracts
from marketplace.distribution.costs.queries.revenue import revenue
from marketplace.distribution.models import FreightContract, FreightContractLine
from marketplace.distribution.onward.models import OnwardRide
from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.shares.models import FreightShare
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.pricing.models import TariffTerms
from marketplace.logistics.pricing.rules.shares import factor_at, share_of
from marketplace.logistics.pricing.rules.terms import from_json
from marketplace.logistics.rules.states import BookingState

_LATELY: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What a line's freight fell to at a departure: the lorry left ``percent`` full."""

    booking_id: UUID
    contract_id: UUID
    line_id: UUID
    departure_id: UUID
    percent: int
    agreed: Money
    share: Money
    credited: Money


def shares_of(session: Session, *, contract_ids: Collection[UUID]) -> tuple[ShareRow, ...]:
    """Return the shares of bookings under these contracts, by booking."""
    found = session.scalars(
        sa.select(FreightShare)
        .where(FreightShare.contract_id.in_(contract_ids))
        .order_by(FreightShare.contract_id, FreightShare.booking_id)
    )
    return tuple(
        ShareRow(
            row.booking_id,
            row.contract_id,
            row.line_id,
            row.departure_id,
            row.percent,
            Money(row.agreed_minor, row.currency),
            Money(row.share_minor, row.currency),
            Money(row.credited_minor, row.currency),
        )
        for row in found
    )


def predecessors(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Return the bookings that each of these was before it was rolled or moved, the latest first."""
    subjects = sa.select(Booking.subject).where(Booking.id.in_(booking_ids))
    rows = session.execute(
        sa.select(Booking.id, Booking.rolled_to).where(Booking.subject.in_(subjects), Booking.rolled_to.is_not(None))
    )
    came_from = {row.rolled_to: row.id for row in rows}
    found: dict[UUID, tuple[UUID, ...]] = {}
    for booking_id in booking_ids:
        chain: list[UUID] = []
        at: UUID | None = booking_id
        while (at := came_from.get(at)) is not None:
            chain.append(at)
        found[booking_id] = tuple(chain)
    return found


def waiting(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the departures that left lately with goods aboard under terms, whose share is not written."""
    found = session.scalars(
        sa.select(Departure.id)
        .select_from(FreightContractLine)
        .join(FreightContract, FreightContract.id == FreightContractLine.contract_id)
        .outerjoin(
            OnwardRide,
            sa.and_(
                OnwardRide.line_id == FreightContractLine.line_id, OnwardRide.tariff_id == FreightContract.tariff_id
            ),
        )
        .join(Booking, Booking.subject == sa.func.coalesce(OnwardRide.id, FreightContractLine.line_id))
        .join(Departure, Departure.id == Booking.departure_id)
        .join(TariffTerms, TariffTerms.tariff_id == FreightContract.tariff_id)
        .outerjoin(
            FreightShare,
            sa.and_(FreightShare.booking_id == Booking.id, FreightShare.contract_id == FreightContract.id),
        )
        .where(
            Booking.state.in_((BookingState.IN_TRANSIT, BookingState.ARRIVED)),
            FreightContract.state == ContractState.AGREED,
            FreightShare.booking_id.is_(None),
            Departure.departs_at > now - _LATELY,
        )
        .order_by(Departure.id)
        .distinct()
    )
    return tuple(found)


def breaches(session: Session) -> list[Breach]:
    """Return contracts that are credited with more for full lorries than they fell by at all."""
    return _PROMISES.breaches(session)


def _beyond() -> sa.Select[UUID]:
    credited = (
        sa.select(FreightShare.contract_id, sa.func.sum(FreightShare.credited_minor).label("minor"))
        .group_by(FreightShare.contract_id)
        .subquery()
    )
    return (
        sa.select(FreightContract.id)
        .join(credited, credited.c.contract_id == FreightContract.id)
        .where(credited.c.minor > FreightContract.let_off_minor)
    )


_PROMISES: Final = Promises(
    "1 freight share", Promise("freight_contract", "more is credited than its freight fell by", _beyond)
)


@dataclass(frozen=True, slots=True)
class ShareAhead:
    """What a booking's freight would fall to on a lorry so full as it counts now, and on one filled otherwise."""

    booking_id: UUID
    agreed: Money
    now: Money
    then: Money


def at_fill(session: Session, *, departure_id: UUID, now: int, then: int) -> tuple[ShareAhead, ...]:
    """Return the shares of what is booked on a departure under fill steps, at two percentages of fill."""
    rows = revenue(session, departure_ids=[departure_id])[departure_id]
    terms = {
        contract_id: from_json(contracts.by_id(session, contract_id=contract_id).terms.get("pricing")).fill
        for contract_id in {row.contract_id for row in rows if row.contract_id is not None}
    }
    return tuple(
        ShareAhead(
            row.booking_id,
            row.agreed,
            share_of(row.agreed, factor_at(now, steps)),
            share_of(row.agreed, factor_at(then, steps)),
        )
        for row in rows
        if row.contract_id is not None and row.agreed and (steps := terms[row.contract_id])
    )
