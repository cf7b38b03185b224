"""What a checkout placed: every order of a group with how it travels and is paid, in as many questions for any."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from marketplace.accounts import queries as accounts
from marketplace.distribution import queries as distribution
from marketplace.distribution.queries import FreightRow
from marketplace.edge.identity import require_actor
from marketplace.kernel.db import reading
from marketplace.kernel.money import Money
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders as order_queries
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import GroupRow, OrderRow
from marketplace.payments.queries import payments
from marketplace.payments.queries.payments import PaymentRow
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow
from marketplace.reference.rules import zone_of


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order of a group as its buyer sees it."""

    order: OrderRow
    lines: tuple[LineRow, ...]
    bookings: Mapping[UUID, BookingRow]  # the present ones, by line
    freight: tuple[FreightRow, ...]
    payments: tuple[PaymentRow, ...]

    def freight_of(self, line_id: UUID) -> Money | None:
        """Return the freight of a line, None where the price includes it."""
        return next((one.amount for row in self.freight for one in row.lines if one.line_id == line_id), None)


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """Orders that were placed together, with the names they are shown with."""

    row: GroupRow
    orders: tuple[PlacedOrder, ...]
    companies: Mapping[UUID, str]
    countries: Mapping[UUID, str]
    places: Mapping[str, PlaceRow]

    def clock(self, company_id: UUID) -> str:
        """Return the clock by which a company of these orders has its days."""
        return zone_of(self.countries[company_id])

    def zone(self, place_code: str) -> str:
        """Return the clock of a place."""
        found = self.places.get(place_code)
        return found.zone if found else "UTC"


def look(group_id: UUID) -> GroupSeen:
    """Return what a checkout of the asker's company placed; NotFound for anybody else's."""
    session, company_id = reading(), require_actor().company
    group = order_queries.group(session, company_id=company_id, group_id=group_id)
    orders = order_queries.by_id(session, order_ids=group.order_ids)
    lines = line_queries.lines_of(session, order_ids=group.order_ids)
    bookings = booking_queries.bookings(session, subjects=[line.id for rows in lines.values() for line in rows])
    freight = {
        order_id: tuple(row for row in rows if row.payer_id == company_id and not row.claim_id)
        for order_id, rows in distribution.contracts_of(session, order_ids=group.order_ids).items()
    }
    about = {
        order_id: [
            Subject(SubjectKind.ORDER, order_id),
            *(Subject(SubjectKind.FREIGHT, row.id) for row in freight[order_id]),
        ]
        for order_id in group.order_ids
    }
    paid = payments.payments_of(session, subjects=[subject for subjects in about.values() for subject in subjects])
    companies = accounts.get_companies(
        session,
        company_ids={
            *(key for row in orders.values() for key in (row.buyer_id, row.merchant_id, row.seller_id)),
            *(row.carrier_id for rows in freight.values() for row in rows),
        },
    )
    return GroupSeen(
        row=group,
        orders=tuple(
            PlacedOrder(
                order=orders[order_id],
                lines=lines[order_id],
                bookings={line.id: bookings[line.id][-1] for line in lines[order_id] if bookings.get(line.id)},
                freight=freight[order_id],
                payments=tuple(row for subject in about[order_id] for row in paid[subject]),
            )
            for order_id in group.order_ids
        ),
        companies={row.id: row.name for row in companies.values()},
        countries={row.id: row.country for row in companies.values()},
        places={place.code: place for place in reference.places(session)},
    )
