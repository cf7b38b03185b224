"""What must hold of fees."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.fees.models import BookingFee
from marketplace.distribution.fees.rules.states import FeeState
from marketplace.distribution.models import FreightContract
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.payments.queries.asked import asked


def breaches(session: Session) -> list[Breach]:
    """Return fees that are not what the ledger has asked for, and those of a carrier who is not its contract's."""
    return _PROMISES.breaches(session)


def _uneven() -> sa.Select[UUID]:
    due = asked()
    owed = sa.case((BookingFee.charged_at.is_(None), 0), else_=BookingFee.amount_minor)
    return (
        sa.select(BookingFee.id)
        .outerjoin(due, due.c.subject_id == BookingFee.id)
        .where(sa.func.coalesce(due.c.minor, 0) != owed)
    )


def _silent() -> sa.Select[UUID]:
    return sa.select(BookingFee.id).where(
        BookingFee.charged_at.is_(None), BookingFee.state.in_((FeeState.CHARGED, FeeState.WAIVER_ASKED))
    )


def _other() -> sa.Select[UUID]:
    return (
        sa.select(BookingFee.id)
        .join(FreightContract, FreightContract.id == BookingFee.contract_id)
        .where(
            sa.or_(FreightContract.carrier_id != BookingFee.carrier_id, FreightContract.order_id != BookingFee.order_id)
        )
    )


_PROMISES: Final = Promises(
    "1 booking fee",
    Promise("booking_fee", "it is not what the ledger asks for", _uneven),
    Promise("booking_fee", "it is charged and was never asked for", _silent),
    Promise("booking_fee", "it is of another carrier or order than its freight", _other),
)
