"""Lines with their legs, and what the figures of a leg were before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.errors import NotFound
from marketplace.logistics.borders.models import LegHistory, SeaTrack
from marketplace.logistics.models.network import BorderCrossing, Leg, Line, LineSuccession
from marketplace.logistics.rules.states import Carriage, Mode
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


@dataclass(frozen=True, slots=True)
class FigureRow:
    """What a leg is: its form, how cargo crosses, in which lane, how long and how far, and who says so."""

    mode: Mode
    carriage: Carriage
    lane: str
    minutes: int
    km: int | None
    source: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class PastRow:
    """What a leg was until an instant."""

    figures: FigureRow
    until: datetime


@dataclass(frozen=True, slots=True)
class LegRow:
    """A leg of a line; ``track`` is the way of a ship as (longitude, latitude) in degrees, empty on land."""

    id: UUID
    position: int
    start: PlaceRow
    end: PlaceRow
    crossing: str | None
    figures: FigureRow
    track: tuple[tuple[float, float], ...]
    past: tuple[PastRow, ...]


@dataclass(frozen=True, slots=True)
class NetworkLine:
    """A line with its legs, the hub's first; ``follows`` is the code of the line that it goes on from."""

    id: UUID
    code: str
    name: str
    names: Mapping[str, str]
    hub: PlaceRow
    legs: tuple[LegRow, ...]
    carrier_company_id: UUID
    begins_at: datetime | None
    ended_at: datetime | None
    follows: str | None

    @property
    def minutes(self) -> int:
        """How long the whole way takes without waiting for borders."""
        return sum(leg.figures.minutes for leg in self.legs)

    @property
    def km(self) -> int | None:
        """How long the whole way is, None while the length of a leg is not known."""
        lengths = [leg.figures.km for leg in self.legs]
        return None if None in lengths else sum(length or 0 for length in lengths)

    def called(self, locale: str) -> str:
        """Return the name in this language, the English one where there is none."""
        return self.names.get(locale, self.name)


def lines(session: Session, *, line_id: UUID | None = None) -> tuple[NetworkLine, ...]:
    """Return every line, or one, by name."""
    places = {place.code: place for place in reference.places(session)}
    wanted = sa.select(Leg.__table__, BorderCrossing.code.label("crossing"), SeaTrack.points)
    wanted = wanted.outerjoin(BorderCrossing, BorderCrossing.id == Leg.crossing_id)
    wanted = wanted.outerjoin(SeaTrack, SeaTrack.leg_id == Leg.id).order_by(Leg.line_id, Leg.position)
    before = aliased(Line)
    named = sa.select(Line.__table__, before.code.label("follows"))
    named = named.outerjoin(LineSuccession, LineSuccession.line_id == Line.id)
    named = named.outerjoin(before, before.id == LineSuccession.follows_id)
    named = named.order_by(Line.name, Line.code)
    past = sa.select(LegHistory).order_by(LegHistory.leg_id, LegHistory.until.desc())
    if line_id is not None:
        wanted, named = wanted.where(Leg.line_id == line_id), named.where(Line.id == line_id)
        past = past.where(LegHistory.leg_id.in_(sa.select(Leg.id).where(Leg.line_id == line_id)))
    was: dict[UUID, list[PastRow]] = {}
    for row in session.scalars(past):
        was.setdefault(row.leg_id, []).append(PastRow(_figures(row), row.until))
    legs: dict[UUID, list[LegRow]] = {}
    for row in session.execute(wanted):
        leg = LegRow(
            id=row.id,
            position=row.position,
            start=places[row.from_code],
            end=places[row.to_code],
            crossing=row.crossing,
            figures=_figures(row),
            track=tuple((east, north) for east, north in row.points or ()),
            past=tuple(was.get(row.id, ())),
        )
        legs.setdefault(row.line_id, []).append(leg)
    return tuple(
        NetworkLine(
            row.id,
            row.code,
            row.name,
            row.names,
            places[row.hub_code],
            tuple(legs.get(row.id, ())),
            row.carrier_company_id,
            row.begins_at,
            row.ended_at,
            row.follows,
        )
        for row in session.execute(named)
    )


def line(session: Session, *, line_id: UUID) -> NetworkLine:
    """Return one line; NotFound for an unknown one."""
    found = lines(session, line_id=line_id)
    if not found:
        raise NotFound("line")
    return found[0]


def leg(session: Session, *, leg_id: UUID) -> LegRow:
    """Return one leg; NotFound for an unknown one."""
    line_id = session.scalars(sa.select(Leg.line_id).where(Leg.id == leg_id)).one_or_none()
    if line_id is None:
        raise NotFound("leg")
    return next(each for line in lines(session, line_id=line_id) for each in line.legs if each.id == leg_id)


def _figures(row: object) -> FigureRow:
    return FigureRow(*(getattr(row, name) for name in FigureRow.__slots__))
