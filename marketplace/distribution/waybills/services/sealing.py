"""Keep a lorry from being sealed while a consignment aboard lacks a paper, and issue the lorry's own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.services import manifest_papers
from marketplace.distribution.waybills import queries
from marketplace.distribution.waybills.queries import Consigned, Papers
from marketplace.distribution.waybills.rules.completeness import missing
from marketplace.distribution.waybills.services import issuing
from marketplace.kernel.errors import Conflict
from marketplace.logistics.events import DepartureSealed, SealsAdded, TransitMoved
from marketplace.logistics.models.cargo import Seal
from marketplace.logistics.queries import bookings, departures
from marketplace.logistics.queries import cargo as cargo_queries
from marketplace.logistics.road.queries import movements
from marketplace.logistics.road.rules.transit import TransitState
from marketplace.logistics.rules.states import BookingState
from marketplace.orders.services.paper_facts import language_of, names_of
from marketplace.papers import services as papers
from marketplace.papers.rules.documents import PaperKind, pair
from marketplace.papers.rules.lorry_papers import SealEntry, SealList, TransitItem, TransitSheet

_ABOARD: Final = (BookingState.CARGO_RECEIVED, BookingState.LOADED)
_CARRIED: Final = (BookingState.LOADED, BookingState.IN_TRANSIT, BookingState.ARRIVED, BookingState.COMPLETED)


def on_departure_sealed(session: Session, event: DepartureSealed) -> None:
    """Refuse while a paper is missing, Conflict ``papers_missing`` naming them; else issue what the lorry needs."""
    aboard = [
        row
        for row in bookings.bookings_on(session, departure_id=event.departure_id)
        if row.state is BookingState.LOADED
    ]
    consigned = queries.consigned(session, bookings=aboard)
    issuing.for_consigned(session, found=consigned, now=event.at)
    lacking = [one for one in queries.papers_with(session, found=consigned) if not one.is_complete]
    if lacking:
        raise refusal(event.departure_id, lacking)
    _issue(session, event.departure_id, event.at, consigned)


def on_seals_added(session: Session, event: SealsAdded) -> None:
    """Issue the seal list again with the seals that were added, and the transit sheet, which names them too."""
    _issue(session, event.departure_id, event.at)


def on_transit_moved(session: Session, event: TransitMoved) -> None:
    """Issue the transit sheet again with what customs said of the lorry's movements."""
    _issue(session, event.departure_id, event.at)


def refusal(departure_id: UUID, lacking: Sequence[Papers]) -> Conflict:
    """Return the refusal of a seal: which consignments lack what."""
    needs = [str(need) for one in lacking for need in missing(one.checks)]
    return Conflict(
        "papers_missing",
        departure=departure_id,
        waybills=[one.consigned.cargo.house_waybill or one.consigned.booking.reference for one in lacking],
        papers=list(dict.fromkeys(needs)),
        consignments=[
            {
                "booking": str(one.consigned.booking.id),
                "reference": one.consigned.booking.reference,
                "missing": [str(need) for need in missing(one.checks)],
                "makers": [str(check.maker) for check in one.checks if not check.ready],
            }
            for one in lacking
        ],
    )


def readiness(session: Session, *, departure_id: UUID) -> tuple[Papers, ...]:
    """Return what the consignments of a departure need and have, those whose cargo is at the hub or aboard."""
    rows = bookings.bookings_on(session, departure_id=departure_id)
    return queries.papers_of(session, bookings=[row for row in rows if row.state in _ABOARD])


def _issue(session: Session, departure_id: UUID, now: datetime, aboard: Sequence[Consigned] | None = None) -> None:
    """Issue a lorry's papers with those of its movements that have a number and were not cancelled."""
    known = [
        row
        for row in movements.movements_of(session, departure_id=departure_id)
        if row.mrn is not None and row.state is not TransitState.CANCELLED
    ]
    issue_lorry_papers(
        session,
        departure_id=departure_id,
        aboard=aboard,
        regime=", ".join(dict.fromkeys(str(row.regime).upper() for row in known)) or None,
        mrn=", ".join(str(row.mrn) for row in known) or None,
        guarantee=", ".join(dict.fromkeys(row.guarantee_reference for row in known)) or None,
        now=now,
    )


def _carried(session: Session, departure_id: UUID) -> tuple[Consigned, ...]:
    rows = bookings.bookings_on(session, departure_id=departure_id)
    return queries.consigned(session, bookings=[row for row in rows if row.state in _CARRIED])


def issue_lorry_papers(
    session: Session,
    *,
    departure_id: UUID,
    aboard: Sequence[Consigned] | None = None,
    regime: str | None = None,
    mrn: str | None = None,
    guarantee: str | None = None,
    now: datetime,
) -> None:
    """Issue seal list and transit sheet of a sealed lorry to its carrier and the city's operators.

    ``aboard`` is all that it carries, where that was read before.
    Regime, movement reference number and guarantee of its transit movement are printed where they are given; given
    later, they make the sheet's next version.
    """
    departure = departures.departure(session, departure_id=departure_id, now=now)
    frozen = cargo_queries.manifest(session, departure_id=departure_id)
    if frozen is None:
        return
    consigned = _carried(session, departure_id) if aboard is None else aboard
    hub, end = departure.stops[0].place, departure.stops[-1].place
    carrier = manifest_papers.carrier_of(session, departure, [one.order.id for one in consigned])
    rows = session.scalars(sa.select(Seal).where(Seal.departure_id == departure_id).order_by(Seal.affixed_at, Seal.id))
    seals = tuple(SealEntry(number=row.number, affixed_at=row.affixed_at) for row in rows)
    common = {
        "departure": departure.reference,
        "issued_on": now.astimezone(ZoneInfo(hub.zone)).date(),
        "carrier": carrier,
        "origin": names_of(hub),
        "destination": names_of(end),
    }
    seal_list = SealList(
        number=departure.reference.replace("DEP", "SEA", 1), departs_zone=hub.zone, seals=seals, **common
    )
    sheet = TransitSheet(
        number=departure.reference.replace("DEP", "TRS", 1),
        offices=tuple(names_of(stop.place) for stop in departure.stops if stop.is_border),
        seals=tuple(seal.number for seal in seals),
        items=tuple(
            TransitItem(
                house_waybill=one.cargo.house_waybill,
                goods=one.line.titles,
                hs_code=one.line.hs_code,
                cartons=sum(unit.cartons for unit in one.cargo.units),
                gross_g=sum(unit.grams for unit in one.cargo.units),
            )
            for one in consigned
        ),
        manifest_sha256=frozen.sha256,
        regime=regime,
        mrn=mrn,
        guarantee=guarantee,
        **common,
    )
    operators = accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)
    for kind, paper in ((PaperKind.SEAL_LIST, seal_list), (PaperKind.TRANSIT_SHEET, sheet)):
        papers.issue(
            session,
            kind=kind,
            subject_kind="departure",
            subject_id=departure_id,
            number=paper.number,
            locales=pair(language_of(carrier.country), "en"),
            data=paper.to_data(),
            parties=(departure.carrier_company_id, *(company.id for company in operators)),
            now=now,
        )
