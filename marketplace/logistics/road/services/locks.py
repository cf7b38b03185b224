"""Guard declared consignments: every act that moves one, gives it up or adds to it asks here first.

What calls this lies below: it knows bookings by their ids and changes nothing but declarations.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.ids import new_id
from marketplace.logistics.road.models.customs import AmendmentDue, Declaration, DeclarationAmendment
from marketplace.logistics.road.queries.declarations import lodged_of
from marketplace.logistics.road.rules.declared import Change, check_change, check_settled, check_shipped


def allow(session: Session, *, booking_id: UUID, change: Change) -> None:
    """Refuse a change of a declared consignment without an amendment, and use none up: Conflict ``declared_locked``."""
    check_change(change, lodged_of(session, booking_ids=[booking_id]).get(booking_id, ()))


def check(session: Session, *, booking_id: UUID, change: Change, now: datetime) -> None:
    """Refuse a change of a declared consignment without an amendment, else use the amendment up.

    Conflict ``declared_locked``; a consignment that is not declared is changed freely.
    """
    lodged = lodged_of(session, booking_ids=[booking_id]).get(booking_id, ())
    if not lodged:
        return
    check_change(change, lodged)
    session.execute(
        sa.update(DeclarationAmendment)
        .where(
            DeclarationAmendment.declaration_id.in_([one.id for one in lodged]),
            DeclarationAmendment.change == change,
            DeclarationAmendment.used_at.is_(None),
        )
        .values(used_at=now)
    )


def require_amendment(session: Session, *, booking_id: UUID, change: Change, now: datetime) -> None:
    """Note that a declared consignment is changed before its declaration is: what was amended already is used up."""
    for one in lodged_of(session, booking_ids=[booking_id]).get(booking_id, ()):
        if change in one.amended:
            session.execute(
                sa.update(DeclarationAmendment)
                .where(
                    DeclarationAmendment.declaration_id == one.id,
                    DeclarationAmendment.change == change,
                    DeclarationAmendment.used_at.is_(None),
                )
                .values(used_at=now)
            )
        elif change not in one.due:
            session.add(AmendmentDue(id=new_id(), declaration_id=one.id, change=change, since=now))
    session.flush()


def check_cartons(session: Session, *, booking_id: UUID, cartons: int) -> None:
    """Refuse more cartons than were declared: Conflict ``beyond_declared``."""
    check_shipped(cartons, lodged_of(session, booking_ids=[booking_id]).get(booking_id, ()))


def check_loading(session: Session, *, cartons: Mapping[UUID, int]) -> None:
    """Refuse to load consignments of which more came than was declared, or whose declaration is to be amended."""
    for booking_id, lodged in lodged_of(session, booking_ids=cartons).items():
        check_settled(lodged)
        check_shipped(cartons[booking_id], lodged)


def follow(session: Session, *, booking_id: UUID, new_booking_id: UUID) -> None:
    """Let declarations go with the consignment to the booking that it became."""
    session.execute(
        sa.update(Declaration)
        .where(Declaration.booking_id == booking_id)
        .values(booking_id=new_booking_id)
        .execution_options(synchronize_session="fetch")
    )
