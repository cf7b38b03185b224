"""Read what is stated of consignments, and what papers those of a lorry have."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.queries import details
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.dangerous import Answer
from marketplace.distribution import queries as freight
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.onward.queries import RideRow
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.waybills.models import CargoStatement
from marketplace.distribution.waybills.rules.completeness import Check, Nature, checks
from marketplace.distribution.waybills.rules.wood import Wood
from marketplace.logistics.insurance.queries import certificates
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.services import manifests
from marketplace.logistics.services.manifests import CargoRow
from marketplace.orders.claims import queries as claims
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries import packing as packings
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.papers import queries as issued
from marketplace.papers.rules.consignment import Danger


@dataclass(frozen=True, slots=True)
class StatementRow:
    """What is stated of a line's consignment."""

    marks: str = ""
    wood: Wood | None = None
    wood_marks: tuple[str, ...] = ()
    shipping_name: str = ""
    stated_at: datetime | None = None


UNSAID = StatementRow()


@dataclass(frozen=True, slots=True)
class Consigned:
    """A booking with whose goods it carries; ``returns`` the claim for which they go back.

    ``goes_to`` is where the goods end, behind the place of change where the booking is of their first lorry.
    """

    booking: BookingRow
    order: OrderRow
    line: LineRow
    cargo: CargoRow
    statement: StatementRow
    danger: Mapping[str, Any] | None
    contract: FreightRow | None
    goes_to: str
    returns: UUID | None

    @property
    def subject(self) -> tuple[str, UUID]:
        """About what its papers are: its order line, or the claim for which it goes back."""
        return ("claim", self.returns) if self.returns else ("order_line", self.line.id)

    @property
    def terms(self) -> Mapping[str, str] | None:
        """Version and hash of the carrier's terms that were accepted with its freight, None where none were."""
        return None if self.contract is None else self.contract.terms.get("carriage")


@dataclass(frozen=True, slots=True)
class Papers:
    """What a consignment needs and has."""

    consigned: Consigned
    checks: tuple[Check, ...]

    @property
    def ready(self) -> int:
        """How many are there."""
        return sum(check.ready for check in self.checks)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return self.ready == len(self.checks)


def statements(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, StatementRow]:
    """Return what is stated of lines; a line of which nothing is stated is missing."""
    rows = session.scalars(sa.select(CargoStatement).where(CargoStatement.line_id.in_(line_ids)))
    return {
        row.line_id: StatementRow(row.marks, row.wood, tuple(row.wood_marks), row.shipping_name, row.stated_at)
        for row in rows
    }


def consigned(session: Session, *, bookings: Sequence[BookingRow]) -> tuple[Consigned, ...]:
    """Return whose goods bookings carry, in their order; bookings of no order line are left out."""
    back = {row.id: row.line_id for row in claims.some(session, claim_ids=[row.subject for row in bookings]).values()}
    onward = rides.of_subjects(session, subjects=[row.subject for row in bookings])
    of_line = {row.subject: back.get(row.subject, row.subject) for row in bookings}
    of_line |= {ride_id: row.line_id for ride_id, row in onward.items()}
    order_of = line_queries.orders_of_lines(session, line_ids=set(of_line.values()))
    rows = orders.by_id(session, order_ids=set(order_of.values()))
    lines = {
        line.id: line
        for mine in line_queries.lines_of(session, order_ids=set(order_of.values())).values()
        for line in mine
    }
    contracts = freight.contracts_of(session, order_ids=set(order_of.values()))
    cargo = manifests.cargo_of(session, booking_ids=[row.id for row in bookings])
    said = statements(session, line_ids=set(order_of))
    listed = details.documents(session, listing_ids={lines[line_id].listing_id for line_id in order_of})
    rode = rides.of_lines(session, line_ids=set(order_of))
    found: list[Consigned] = []
    for booking in bookings:
        line_id = of_line[booking.subject]
        if line_id not in order_of:
            continue
        line, returns = lines[line_id], booking.subject if booking.subject in back else None
        danger = listed.get(line.listing_id, {}).get(DetailKind.DANGEROUS.value)
        ride = rode.get(line_id)
        found.append(
            Consigned(
                booking=booking,
                order=rows[order_of[line_id]],
                line=line,
                cargo=cargo[booking.id],
                statement=said.get(line_id, UNSAID),
                danger=danger if danger and danger.get("answer") == Answer.DANGEROUS else None,
                contract=_contract(
                    contracts[order_of[line_id]],
                    line_id,
                    returns,
                    ride.tariff_id if ride else None,
                    onward.get(booking.subject),
                ),
                goes_to=ride.to_place if ride and booking.subject == line_id else booking.to_place,
                returns=returns,
            )
        )
    return tuple(found)


def papers_of(session: Session, *, bookings: Sequence[BookingRow]) -> tuple[Papers, ...]:
    """Return what consignments need and have, in the order of their bookings."""
    return papers_with(session, found=consigned(session, bookings=bookings))


def papers_with(session: Session, *, found: Sequence[Consigned]) -> tuple[Papers, ...]:
    """Return what consignments that were read before need and have, in their order."""
    kinds: dict[tuple[str, UUID], frozenset[str]] = {}
    for kind in ("order_line", "claim"):
        ids = [one.subject[1] for one in found if one.subject[0] == kind]
        rows = issued.documents(session, subject_kind=kind, subject_ids=ids) if ids else {}
        kinds |= {(kind, key): frozenset(str(row.kind) for row in mine) for key, mine in rows.items()}
    packed = packings.packings(session, line_ids=[one.line.id for one in found])
    insured = certificates.insured(session, order_ids={one.order.id for one in found})
    return tuple(
        Papers(
            one,
            checks(
                Nature(
                    issued=kinds[one.subject],
                    has_waybill=bool(one.cargo.house_waybill),
                    has_units=bool(one.cargo.units),
                    is_marked=one.line.id in packed,
                    terms=None if one.terms is None else True,
                    wood=one.statement.wood,
                    wood_marks=one.statement.wood_marks,
                    danger=one.danger is not None,
                    basis=one.order.incoterm,
                    insured=one.order.id in insured,
                    returns=one.returns is not None,
                )
            ),
        )
        for one in found
    )


def danger_of(one: Consigned, *, cartons: int) -> Danger | None:
    """Return what a dangerous goods note says of a consignment; None where the goods are none, or a fact is missing."""
    if one.danger is None or not one.statement.shipping_name or not one.danger.get("un_number"):
        return None
    return Danger(
        un_number=one.danger["un_number"],
        shipping_name=one.statement.shipping_name,
        hazard_class=one.danger.get("hazard_class") or "",
        packing_group=one.danger.get("packing_group") or "",
        net=str(one.danger.get("net_quantity") or ""),
        net_unit={"KGM": "kg", "LTR": "l"}.get(one.danger.get("net_unit") or "", ""),
        cartons=cartons,
    )


def _contract(
    contracts: Sequence[FreightRow],
    line_id: UUID,
    claim_id: UUID | None,
    second: UUID | None,
    ride: RideRow | None,
) -> FreightRow | None:
    """Return the freight contract in force under which a line rides, to its buyer or back for a claim.

    ``second`` is the tariff of the carrier that takes the line on; it is asked for where the booking is of a ride.
    """
    mine = [
        row
        for row in contracts
        if row.state is ContractState.AGREED
        and row.claim_id == claim_id
        and line_id in {line.line_id for line in row.lines}
        and (claim_id is not None or (row.tariff_id == second) is (ride is not None))
    ]
    # Those after it are for what came above the booking.
    return mine[0] if mine else None
