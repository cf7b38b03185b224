"""Forget what an erased person was called as a driver; what was driven stays."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.logistics.fleet.models import FleetDriverName
from marketplace.logistics.fleet.services.fleets import forget


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Erase the name, and numbers and scans of papers, of the drivers that the person is."""
    for driver_id in session.scalars(
        sa.select(FleetDriverName.driver_id).where(FleetDriverName.person_id == event.person_id)
    ).all():
        forget(session, driver_id=driver_id)
