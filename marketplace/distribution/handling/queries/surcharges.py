"""Read what payers are asked for goods above their booking."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.handling.models import FreightSurcharge
from marketplace.distribution.handling.rules.surcharges import STANDING, SurchargeState
from marketplace.distribution.models import FreightContract
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.models.departures import Booking, Departure

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class SurchargeRow:
    """A surcharge with the booking it is about; ``due_at`` is when its departure leaves, without the goods if not paid.

    Weights are chargeable grams: as agreed, and as measured. ``with_id``: the surcharge of the first carrier that
    this one, of the second, is answered with.
    """

    id: UUID
    order_id: UUID
    payer_id: UUID
    line_id: UUID
    booking_id: UUID
    booking_reference: str
    departure_id: UUID
    departure_reference: str
    hub_code: str
    contract_reference: str
    grams: int
    cm3: int
    agreed_g: int
    chargeable_g: int
    amount: Money
    state: SurchargeState
    proposed_at: datetime
    due_at: datetime
    answered_at: datetime | None
    made_id: UUID | None
    with_id: UUID | None

    @property
    def is_open(self) -> bool:
        """Whether the goods wait for an answer."""
        return self.state in STANDING


def extra_contracts(session: Session, *, line_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return the freight contracts that consent to a surcharge made: each is above another one of its line."""
    found = session.scalars(
        sa.select(FreightSurcharge.made_id).where(
            FreightSurcharge.line_id.in_(line_ids), FreightSurcharge.made_id.is_not(None)
        )
    )
    return frozenset(each for each in found if each is not None)


def of_payer(session: Session, *, payer_id: UUID, cursor: str | None = None) -> Page[SurchargeRow]:
    """Return what a company is asked for and was, the newest first."""
    wanted = _WANTED.where(FreightSurcharge.payer_id == payer_id).order_by(FreightSurcharge.id.desc()).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(FreightSurcharge.id < decode_id(cursor))
    return page_of([_row(*found) for found in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def surcharge(session: Session, *, surcharge_id: UUID) -> SurchargeRow:
    """Return a surcharge; who may read it is the caller's to decide."""
    return _row(*session.execute(_WANTED.where(FreightSurcharge.id == surcharge_id)).one())


def standing(session: Session, *, cursor: str | None = None) -> Page[SurchargeRow]:
    """Return what goods of all departures wait for, the newest first."""
    wanted = _WANTED.where(FreightSurcharge.state.in_(STANDING)).order_by(FreightSurcharge.id.desc()).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(FreightSurcharge.id < decode_id(cursor))
    return page_of([_row(*found) for found in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def standing_on(session: Session, *, departure_id: UUID) -> tuple[SurchargeRow, ...]:
    """Return for what goods of a departure wait, what was declined first."""
    wanted = _WANTED.where(Booking.departure_id == departure_id, FreightSurcharge.state.in_(STANDING))
    return tuple(
        _row(*found) for found in session.execute(wanted.order_by(FreightSurcharge.state, FreightSurcharge.id))
    )


_WANTED: Final = (
    sa.select(FreightSurcharge, Booking, Departure, FreightContract)
    .join(Booking, Booking.id == FreightSurcharge.booking_id)
    .join(Departure, Departure.id == Booking.departure_id)
    .join(FreightContract, FreightContract.id == FreightSurcharge.contract_id)
)


def _row(found: FreightSurcharge, booking: Booking, departure: Departure, contract: FreightContract) -> SurchargeRow:
    return SurchargeRow(
        id=found.id,
        order_id=contract.order_id,
        payer_id=found.payer_id,
        line_id=found.line_id,
        booking_id=booking.id,
        booking_reference=booking.reference,
        departure_id=departure.id,
        departure_reference=departure.reference,
        hub_code=departure.hub_code,
        contract_reference=contract.reference,
        grams=found.grams,
        cm3=found.cm3,
        agreed_g=found.agreed_g,
        chargeable_g=found.chargeable_g,
        amount=Money(found.amount_minor, found.currency),
        state=found.state,
        proposed_at=found.proposed_at,
        due_at=departure.departs_at,
        answered_at=found.answered_at,
        made_id=found.made_id,
        with_id=found.with_id,
    )
