"""What a claim rests on beside units: a promise that was not kept in time, or a warranty that still runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.catalog.rules.details.promises import Warranty
from marketplace.files.queries import FileRow
from marketplace.files.rules import PICTURES
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.orders.models import Acceptance, Claim, LineMove, Order, OrderLine
from marketplace.orders.rules import lateness, warranties
from marketplace.orders.rules.acceptance import CAME
from marketplace.orders.rules.claims import ClaimReason, ClaimState, end_of_units
from marketplace.orders.rules.classes import Windows
from marketplace.orders.rules.lateness import Promised
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.rules.states import LineState
from marketplace.orders.services.windows import windows_in


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a claim may be made; ``missed_lorry``: late before risk passed, so the merchant answers by any rule."""

    promised_at: datetime | None = None
    days_late: int | None = None
    missed_lorry: bool = False
    windows: Windows | None = None

    def worth(self, value: Money) -> Money:
        """Return what may be claimed of the price of units: all of it, or what the delay is worth."""
        if self.days_late is None or self.windows is None:
            return value
        per_day, most = self.windows.late_day_bp, self.windows.late_most_bp
        return lateness.worth(value, days=self.days_late, day_bp=per_day, most_bp=most)


def grounds(
    session: Session,
    *,
    order: Order,
    line: OrderLine,
    reason: ClaimReason,
    promised: Promised | None,
    odometer_km: int | None,
    shown: Sequence[FileRow],
    now: datetime,
) -> Grounds:
    """Return what a claim rests on, or refuse one that rests on nothing."""
    if reason is ClaimReason.WARRANTY:
        _check_warranty(session, order, line, odometer_km, shown, now)
    if reason is not ClaimReason.LATE or promised is None:
        return Grounds()
    # An arrival was promised: that the goods were counted or fetched later is no delay.
    came_at = promised.arrived_at or _moved_at(
        session, line.id, LineMove.before == LineState.IN_TRANSIT, LineMove.after.in_(CAME)
    )
    days = lateness.days_late(promised, came_at=came_at or now)
    if not days:
        raise Conflict("in_time", promised_at=promised.arrives_at.isoformat())
    handed_over_at = _moved_at(session, line.id, LineMove.after == LineState.HANDED_OVER)
    return Grounds(
        promised_at=promised.arrives_at,
        days_late=days,
        missed_lorry=lateness.was_late_at_hub(promised, handed_over_at=handed_over_at),
        windows=windows_in(session, line=line, at=now),
    )


def accepted_units(session: Session, *, line: OrderLine) -> int:
    """Count the units of a line that were ever accepted, closed since or not."""
    total = sa.select(sa.func.coalesce(sa.func.sum(Acceptance.quantity), 0)).where(Acceptance.line_id == line.id)
    return int(session.scalars(total).one())


def made_good(session: Session, *, line: OrderLine) -> int:
    """Count the units of a line that claims about it ended otherwise than by being accepted: nothing more is owed."""
    ended = session.scalars(
        sa.select(Claim).where(
            Claim.line_id == line.id,
            Claim.units_in.is_not(None),
            Claim.state.in_((ClaimState.SETTLED, ClaimState.DECIDED)),
        )
    )
    return sum(claim.quantity for claim in ended if not _was_kept(claim))


def _was_kept(claim: Claim) -> bool:
    awarded = Money(claim.awarded_minor or 0, claim.currency)
    performed = claim.state is ClaimState.SETTLED and claim.sent_at is not None
    confirmed = performed and (claim.remedy is Remedy.RETURN or not awarded)
    ends = end_of_units(
        claim.units_in or LineState.DELIVERED,
        action="confirm" if confirmed else "settle",
        awarded=awarded,
        value=Money(claim.value_minor, claim.currency),
        remedy=claim.remedy,
    )
    return ends == "accept"


def _check_warranty(
    session: Session, order: Order, line: OrderLine, odometer_km: int | None, shown: Sequence[FileRow], now: datetime
) -> None:
    latest = session.scalars(sa.select(sa.func.max(Acceptance.at)).where(Acceptance.line_id == line.id)).one()
    warranties.check(
        Warranty(**line.warranty) if line.warranty else None,
        accepted_on=closures.day_of(session, company_id=order.buyer_id, now=latest) if latest else None,
        today=closures.day_of(session, company_id=order.buyer_id, now=now),
        kilometres=odometer_km,
        pictures=sum(file.media_type in PICTURES for file in shown),
    )


def _moved_at(session: Session, line_id: UUID, *where: sa.ColumnElement[bool]) -> datetime | None:
    """Return when units of a line last moved so: what they do once they came makes nothing late."""
    statement = sa.select(sa.func.max(LineMove.at)).where(LineMove.line_id == line_id, *where)
    return session.scalars(statement).one()
