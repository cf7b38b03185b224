"""Read centres with their figures of today, and what was said of them before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.logistics.centres.models import Centre, CentreVersion
from marketplace.logistics.centres.rules.centres import Figures
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


@dataclass(frozen=True, slots=True)
class CentreRow:
    """A centre, where it is, who keeps it, and its figures."""

    id: UUID
    place: PlaceRow
    company_id: UUID
    version: int
    figures: Figures

    def today(self, now: datetime) -> date:
        """Return the day on the centre's clock."""
        return now.astimezone(ZoneInfo(self.place.zone)).date()


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What was said of a centre from an instant on, and who kept it then."""

    version: int
    company_id: UUID
    figures: Figures
    at: datetime


def centres(session: Session, *, company_id: UUID | None = None) -> tuple[CentreRow, ...]:
    """Return the centres that a company keeps, or all, by the codes of their places."""
    wanted = _CENTRES.order_by(Centre.place_code)
    if company_id is not None:
        wanted = wanted.where(Centre.company_id == company_id)
    return _rows(session, wanted)


def centres_by_id(session: Session, *, centre_ids: Collection[UUID]) -> dict[UUID, CentreRow]:
    """Return centres by id."""
    return {row.id: row for row in _rows(session, _CENTRES.where(Centre.id.in_(centre_ids)))}


def centre(session: Session, *, centre_id: UUID, company_id: UUID | None = None) -> CentreRow:
    """Return a centre, of this keeper where one is given; NotFound."""
    wanted = _CENTRES.where(Centre.id == centre_id)
    if company_id is not None:
        wanted = wanted.where(Centre.company_id == company_id)
    found = _rows(session, wanted)
    if not found:
        raise NotFound("centre")
    return found[0]


def history(session: Session, *, centre_id: UUID) -> tuple[VersionRow, ...]:
    """Return what was said of a centre, the latest first."""
    wanted = sa.select(CentreVersion).where(CentreVersion.centre_id == centre_id).order_by(CentreVersion.version.desc())
    return tuple(VersionRow(row.version, row.company_id, _figures(row), row.at) for row in session.scalars(wanted))


_CENTRES = sa.select(Centre, CentreVersion).join(
    CentreVersion, sa.and_(CentreVersion.centre_id == Centre.id, CentreVersion.version == Centre.version)
)


def _rows(session: Session, wanted: sa.Select[Any, Any]) -> tuple[CentreRow, ...]:
    found = session.execute(wanted).all()
    places = {place.code: place for place in reference.places(session)} if found else {}
    return tuple(
        CentreRow(row.id, places[row.place_code], row.company_id, row.version, _figures(version))
        for row, version in found
    )


def _figures(row: CentreVersion) -> Figures:
    return Figures(
        row.days, row.opens, row.closes, row.licence_number, row.licence_until, row.source, is_assumed=row.is_assumed
    )
