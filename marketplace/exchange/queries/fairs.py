"""Read fairs, who is registered, and whom a merchant may follow up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.exchange.models.fairs import Fair, FairGuest, FairMerchant, FairSeat
from marketplace.exchange.models.showroom import Hall
from marketplace.exchange.rules.fairs import SEATED, SHOWN, TAKING, FairKind, FairState, SeatState
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.reference.models import Place

PAGE: Final = 24


@dataclass(frozen=True, slots=True)
class FairRow:
    """A fair with the place and its zone; ``left`` seats are free."""

    id: UUID
    kind: FairKind
    state: FairState
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    place_code: str
    place_names: Mapping[str, str]
    zone: str
    hall: str | None
    country: str | None
    starts_at: datetime
    ends_at: datetime
    register_until: datetime
    capacity: int
    taken: int
    reason: str

    def takes(self, now: datetime) -> bool:
        """Tell whether somebody can be registered."""
        return self.state in TAKING and now < self.register_until


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A registration; name and address are empty once it was cancelled or the person erased."""

    id: UUID
    fair_id: UUID
    company_id: UUID
    company: str
    state: SeatState
    code: str
    registered_at: datetime
    name: str
    email: str
    locale: str
    may_follow_up: bool


def coming(session: Session, *, now: datetime, country: str | None = None) -> tuple[FairRow, ...]:
    """Return the fairs that everybody sees and that are not over, the next first, a hundred at most."""
    wanted = _fairs().where(Fair.state.in_(SHOWN), Fair.ends_at > now).order_by(Fair.starts_at, Fair.id).limit(100)
    if country is not None:
        wanted = wanted.where(Fair.country == country)
    return tuple(_fair(*row) for row in session.execute(wanted))


def all_fairs(session: Session, *, cursor: str | None = None) -> Page[FairRow]:
    """Return every fair for the operator, the newest first."""
    wanted = _fairs().order_by(Fair.id.desc()).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(Fair.id < decode_id(cursor))
    return page_of([_fair(*row) for row in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def fair(session: Session, *, fair_id: UUID, is_public: bool = False) -> FairRow:
    """Return a fair; NotFound for an unknown one, and for a draft where the public asks."""
    row = session.execute(_fairs().where(Fair.id == fair_id)).one_or_none()
    if row is None or (is_public and row[0].state is FairState.DRAFT):
        raise NotFound("fair")
    return _fair(*row)


def seats(session: Session, *, fair_id: UUID, company_id: UUID | None = None) -> tuple[SeatRow, ...]:
    """Return who is registered, who came first first; of one company where it is named."""
    wanted = _seats().where(FairSeat.fair_id == fair_id).order_by(FairSeat.id)
    if company_id is not None:
        wanted = wanted.where(FairSeat.company_id == company_id)
    return tuple(_seat(*row) for row in session.execute(wanted))


def seat(session: Session, *, code: str) -> SeatRow:
    """Return the registration that a ticket names; NotFound for a code of none."""
    row = session.execute(_seats().where(FairSeat.code == code)).one_or_none()
    if row is None:
        raise NotFound("ticket")
    return _seat(*row)


def taking_part(session: Session, *, company_id: UUID) -> tuple[FairRow, ...]:
    """Return the fairs that a merchant takes part in, the newest first."""
    mine = sa.exists().where(FairMerchant.fair_id == Fair.id, FairMerchant.company_id == company_id)
    wanted = _fairs().where(mine, Fair.state != FairState.DRAFT).order_by(Fair.id.desc()).limit(100)
    return tuple(_fair(*row) for row in session.execute(wanted))


def merchants_of(session: Session, *, fair_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Return the merchants that take part, by name."""
    wanted = sa.select(Company.id, Company.name).join(FairMerchant, FairMerchant.company_id == Company.id)
    found = session.execute(wanted.where(FairMerchant.fair_id == fair_id).order_by(Company.name, Company.id))
    return tuple((row[0], row[1]) for row in found)


def follow_up(session: Session, *, fair_id: UUID, company_id: UUID) -> tuple[SeatRow, ...]:
    """Return who agreed to be written to, for a merchant that takes part; NotFound for any other."""
    if session.get(FairMerchant, (fair_id, company_id)) is None:
        raise NotFound("fair")
    wanted = _seats().where(FairSeat.fair_id == fair_id, FairSeat.state.in_(SEATED), FairGuest.may_follow_up)
    return tuple(_seat(*row) for row in session.execute(wanted.order_by(FairSeat.id)))


def over(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the fairs whose time to register is over and that still take people."""
    wanted = sa.select(Fair.id).where(Fair.state.in_(TAKING), Fair.register_until <= now)
    return tuple(session.scalars(wanted.order_by(Fair.id)))


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return where a person is registered, and whom the person registered, for that person, earliest first."""
    guest, kept = FairGuest, FairSeat
    told = (kept.fair_id, kept.state, guest.name, guest.email, guest.may_follow_up, kept.registered_at)
    mine = sa.select(*told).join(guest, guest.seat_id == kept.id).where(guest.person_id == person_id)
    others = sa.select(kept.fair_id, kept.state, kept.registered_at).where(kept.registered_by == person_id)
    return {
        "fairs_attended": rows(session, mine.order_by(kept.id)),
        "fair_registrations": rows(session, others.order_by(kept.id)),
    }


def breaches(session: Session) -> list[Breach]:
    """Return fairs that count other seats than are taken."""
    return _PROMISES.breaches(session)


def _miscounted() -> sa.Select[UUID]:
    seated = (
        sa.select(FairSeat.fair_id, sa.func.count().label("seats"))
        .where(FairSeat.state.in_(SEATED))
        .group_by(FairSeat.fair_id)
        .subquery()
    )
    is_other = sa.func.coalesce(seated.c.seats, 0) != Fair.taken
    is_open = Fair.state != FairState.CANCELLED
    return sa.select(Fair.id).outerjoin(seated, seated.c.fair_id == Fair.id).where(is_open, is_other)


_PROMISES: Final = Promises("fairs", Promise("fair", "its seats are not those that are taken", _miscounted))


def _fairs() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Fair, Place, Hall.code)
        .join(Place, Place.code == Fair.place_code)
        .outerjoin(Hall, Hall.id == Fair.hall_id)
        .execution_options(populate_existing=True)
    )


def _fair(found: Fair, place: Place, hall: str | None) -> FairRow:
    return FairRow(
        id=found.id,
        kind=found.kind,
        state=found.state,
        titles=found.titles,
        texts=found.texts,
        place_code=place.code,
        place_names={**place.names, "en": place.name},
        zone=place.zone,
        hall=hall,
        country=found.country,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        register_until=found.register_until,
        capacity=found.capacity,
        taken=found.taken,
        reason=found.reason,
    )


def _seats() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(FairSeat, Company.name, FairGuest)
        .join(Company, Company.id == FairSeat.company_id)
        .outerjoin(FairGuest, FairGuest.seat_id == FairSeat.id)
        .execution_options(populate_existing=True)
    )


def _seat(found: FairSeat, company: str, guest: FairGuest | None) -> SeatRow:
    return SeatRow(
        id=found.id,
        fair_id=found.fair_id,
        company_id=found.company_id,
        company=company,
        state=found.state,
        code=found.code,
        registered_at=found.registered_at,
        name=guest.name if guest else "",
        email=guest.email if guest else "",
        locale=guest.locale if guest else "en",
        may_follow_up=guest.may_follow_up if guest else False,
    )
