"""The manifest of a sealed lorry as a document, with texts as data."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution import queries as freight
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.services import return_papers
from marketplace.logistics.events import DepartureSealed
from marketplace.logistics.queries import bookings, departures
from marketplace.logistics.queries import cargo as cargo_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import manifests
from marketplace.logistics.services.manifests import CargoRow
from marketplace.orders.claims import queries as claims
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.services.paper_facts import language_of, names_of, party
from marketplace.papers import services as papers
from marketplace.papers.rules.documents import PaperKind, pair
from marketplace.papers.rules.manifest import House, Manifest
from marketplace.papers.rules.parts import Party
from marketplace.reference import queries as reference


def on_departure_sealed(session: Session, event: DepartureSealed) -> None:
    """Issue the manifest to the carrier and the city's operators: each party of the cargo knows only its own."""
    departure = departures.departure(session, departure_id=event.departure_id, now=event.at)
    aboard = [
        row for row in bookings.bookings_on(session, departure_id=departure.id) if row.state is BookingState.LOADED
    ]
    houses = manifests.cargo_of(session, booking_ids=[row.id for row in aboard])
    back = claims.some(session, claim_ids=[row.subject for row in aboard])
    goods_of = _goods_of(session, [row.subject for row in aboard])
    carrier = carrier_of(session, departure, [order.id for order, _line in goods_of.values()])
    end = departure.stops[-1].place
    frozen = cargo_queries.manifest(session, departure_id=departure.id)
    if frozen is None:
        return
    paper = Manifest(
        number=departure.reference.replace("DEP", "MAN", 1),
        departure=departure.reference,
        issued_on=event.at.astimezone(ZoneInfo(departure.stops[0].place.zone)).date(),
        carrier=carrier,
        line={"en": departure.line_name, **departure.line_names},
        origin=names_of(departure.stops[0].place),
        destination=names_of(end),
        departs_at=departure.departs_at,
        departs_zone=departure.stops[0].place.zone,
        arrives_at=departure.arrives_at,
        arrives_zone=end.zone,
        sealed_at=frozen.frozen_at,
        seals=(frozen.content["seal"],),
        houses=tuple(
            _house(session, row, houses[row.id], goods_of[row.subject], goes_back=row.subject in back) for row in aboard
        ),
        frozen_sha256=frozen.sha256,
    )
    operators = accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)
    papers.issue(
        session,
        kind=PaperKind.MANIFEST,
        subject_kind="departure",
        subject_id=departure.id,
        number=paper.number,
        locales=pair(language_of(carrier.country), "en"),
        data=paper.to_data(),
        parties=(departure.carrier_company_id, *(company.id for company in operators)),
        now=event.at,
    )


def carrier_of(session: Session, departure: DepartureRow, order_ids: Sequence[UUID]) -> Party:
    """Return the carrier as its latest contract aboard names it, so that the papers of one journey agree."""
    contracts = [row for rows in freight.contracts_of(session, order_ids=order_ids).values() for row in rows]
    mine = [row for row in contracts if row.carrier_id == departure.carrier_company_id]
    if mine:
        return max(mine, key=lambda row: (row.agreed_at, row.id)).carrier
    return party(accounts.get_company(session, company_id=departure.carrier_company_id))


def _goods_of(session: Session, subjects: Sequence[UUID]) -> dict[UUID, tuple[OrderRow, LineRow]]:
    """Return the order lines that bookings carry, each with its order; of goods that go back by their claim."""
    back = {row.id: row.line_id for row in claims.some(session, claim_ids=subjects).values()}
    onward = rides.of_subjects(session, subjects=subjects)
    back |= {ride_id: row.line_id for ride_id, row in onward.items()}
    carried = {subject: back.get(subject, subject) for subject in subjects}
    found = line_queries.orders_of_lines(session, line_ids=carried.values())
    rows = orders.by_id(session, order_ids=set(found.values()))
    lines = line_queries.lines_of(session, order_ids=set(found.values()))
    goods = {line.id: (rows[order_id], line) for order_id, mine in lines.items() for line in mine if line.id in found}
    return {subject: goods[line_id] for subject, line_id in carried.items()}


def _house(
    session: Session,
    booking: BookingRow,
    cargo: CargoRow,
    traded: tuple[OrderRow, LineRow],
    *,
    goes_back: bool,
) -> House:
    order, line = traded
    return House(
        house_waybill=cargo.house_waybill,
        booking=booking.reference,
        shipper=order.parties[booking.shipper_company_id],
        consignee=order.parties[booking.consignee_company_id],
        destination=names_of(reference.get_place(session, booking.to_place)),
        goods=line.titles,
        hs_code=line.hs_code,
        origin=line.origin,
        basis=return_papers.BASIS if goes_back else order.incoterm,
        cartons=sum(unit.cartons for unit in cargo.units),
        gross_g=sum(unit.grams for unit in cargo.units),
        cm3=sum(unit.cm3 for unit in cargo.units),
        labels=tuple(unit.sscc for unit in cargo.units),
    )
