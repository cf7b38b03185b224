"""Cost sheets: costs planned and actual beside the freight of what is aboard, in one currency."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import (
    CostItem,
    CostNote,
    CostRate,
    CostSheet,
    CostSheetRate,
    PartnerInvoice,
    PartnerInvoiceLine,
)
from marketplace.distribution.costs.queries import lorries as lorry_queries
from marketplace.distribution.costs.queries import revenue as revenue_queries
from marketplace.distribution.costs.queries.lorries import Lorry
from marketplace.distribution.costs.queries.revenue import RevenueRow
from marketplace.distribution.costs.rules import margin as rules
from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.costs.rules.margin import Margin
from marketplace.distribution.costs.rules.planning import Basis, CostKind, SheetState, Unit
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import HoldCause
from marketplace.reference import queries as reference


@dataclass(frozen=True, slots=True)
class UsedRate:
    """One unit of a currency in the sheet's, who says so, and from which day it is."""

    currency: str
    rate: Decimal
    source: str
    day: date


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A cost; ``there`` is the same in the sheet's currency, None where no rate brings it there."""

    id: UUID
    departure_id: UUID
    basis: Basis
    kind: CostKind
    amount: Money
    there: Money | None
    company_id: UUID | None
    place_code: str | None
    incurred_on: date | None
    unit: Unit | None
    price: UnitPrice | None
    quantity: int | None
    source: str
    invoice_id: UUID | None
    invoice: str
    file_id: UUID | None
    cause: HoldCause | None
    bearer: Bearer | None
    booking: str
    note: str
    entered_at: datetime
    voided_at: datetime | None


@dataclass(frozen=True, slots=True)
class KindRow:
    """What a kind of cost was planned at and what it came to, and the difference; in the sheet's currency."""

    kind: CostKind
    planned: Money
    actual: Money

    @property
    def difference(self) -> Money:
        """By how much it cost more than planned."""
        return self.actual - self.planned


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a departure costs and earns; a departure without a sheet of its own has nothing planned."""

    lorry: Lorry
    is_planned: bool
    state: SheetState
    currency: str
    priced_on: date
    km: int | None
    closed_at: datetime | None
    closed: Margin | None  # as it stood when it was closed
    rates: tuple[UsedRate, ...]
    items: tuple[ItemRow, ...]
    revenue: tuple[RevenueRow, ...]
    expected: Margin
    actual: Margin
    missing: frozenset[str]

    @property
    def by_kind(self) -> tuple[KindRow, ...]:
        """Costs by their kinds, those of which there are any."""
        return tuple(
            KindRow(kind, self._sum(Basis.PLANNED, kind), self._sum(Basis.ACTUAL, kind))
            for kind in CostKind
            if any(item.kind is kind and item.voided_at is None for item in self.items)
        )

    @property
    def by_bearer(self) -> tuple[tuple[Bearer, Money], ...]:
        """Actual costs that something caused, by who bears them by the published table."""
        sums: dict[Bearer, Money] = {}
        for item in self.counted(Basis.ACTUAL):
            if item.bearer is not None and item.there is not None:
                sums[item.bearer] = sums.get(item.bearer, Money.zero(self.currency)) + item.there
        return tuple((bearer, sums[bearer]) for bearer in Bearer if bearer in sums)

    @property
    def is_empty(self) -> bool:
        """Whether the lorry drove and earns nothing."""
        return self.lorry.has_left and not self.expected.revenue and not self.actual.revenue

    @property
    def has_changed(self) -> bool:
        """Whether its figures are others than those it was closed with: freight was let off, or fell due, since."""
        return self.closed is not None and self.closed != self.actual

    @property
    def cost(self) -> Money:
        """What it costs as far as that is known: actual, planned where nothing was entered."""
        return self.actual.cost or self.expected.cost

    @property
    def per_tonne(self) -> Money | None:
        """The cost of each tonne aboard."""
        return rules.per_tonne(self.cost, self.lorry.taken.grams)

    @property
    def per_teu_km(self) -> Money | None:
        """The cost of each TEU of the lorry and kilometre of its way."""
        return rules.per_teu_km(self.cost, ldm_mm=self.lorry.floor_mm, km=self.km)

    @property
    def fill(self) -> Mapping[str, int]:
        """How full it is in each dimension, in thousandths."""
        return rules.fill(self.lorry.taken, self.lorry.capacity)

    def counted(self, basis: Basis) -> tuple[ItemRow, ...]:
        """Return the costs of a basis that count."""
        return tuple(item for item in self.items if item.basis == basis and item.voided_at is None)

    def in_currency(self, amount: Money | None) -> Money | None:
        """Return an amount at the sheet's rates, None for none and where no rate brings it there."""
        known = {used.currency: used.rate for used in self.rates}
        return None if amount is None else rules.converted(amount, self.currency, known)

    def _sum(self, basis: Basis, kind: CostKind) -> Money:
        of_kind = (item.there for item in self.counted(basis) if item.kind is kind and item.there is not None)
        return sum(of_kind, Money.zero(self.currency))


def sheet(session: Session, *, departure_id: UUID) -> Sheet:
    """Return the sheet of one departure; NotFound for an unknown one."""
    found = sheets(session, lorries=[lorry_queries.lorry(session, departure_id=departure_id)])
    return found[0]


def sheets(session: Session, *, lorries: Sequence[Lorry]) -> tuple[Sheet, ...]:
    """Return the sheets of departures in their order; the number of questions does not grow with departures."""
    ids = [one.id for one in lorries]
    headers = {row.departure_id: row for row in _all(session, CostSheet, CostSheet.departure_id, ids)}
    frozen: dict[UUID, list[UsedRate]] = defaultdict(list)
    for row in _all(session, CostSheetRate, CostSheetRate.departure_id, ids):
        frozen[row.departure_id].append(UsedRate(row.currency, row.rate, row.source, row.effective_date))
    items = _items(session, ids)
    earned = revenue_queries.revenue(session, departure_ids=ids)
    currencies = lorry_queries.line_currencies(session)
    made: list[Sheet] = []
    for one in lorries:
        header = headers.get(one.id)
        currency = header.currency if header else currencies.get(one.line_id, lorry_queries.FALLBACK)
        day = header.priced_on if header else one.day
        mine, rides = items.get(one.id, []), earned[one.id]
        rates = _rates(session, currency, day, mine, rides, frozen[one.id])
        made.append(_sheet(one, header, currency, day, mine, rides, rates))
    return tuple(made)


def file_of(session: Session, *, item_id: UUID) -> UUID | None:
    """Return the file of a cost, None where it has none and for an unknown cost."""
    return session.scalars(sa.select(CostItem.file_id).where(CostItem.id == item_id)).one_or_none()


def header(session: Session, *, departure_id: UUID) -> CostSheet:
    """Return the locked sheet of a departure; NotFound while it has none."""
    found = session.get(CostSheet, departure_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("cost_sheet")
    return found


def _sheet(
    lorry: Lorry,
    header: CostSheet | None,
    currency: str,
    day: date,
    items: Sequence[tuple[Any, ...]],
    rides: tuple[RevenueRow, ...],
    rates: tuple[UsedRate, ...],
) -> Sheet:
    known = {used.currency: used.rate for used in rates}
    rows = tuple(_item(found, currency, known) for found in items)
    counted = [row for row in rows if row.voided_at is None]
    sums = [
        rules.summed((row.agreed for row in rides if row.agreed is not None), currency, known),
        rules.summed((row.amount for row in counted if row.basis is Basis.PLANNED), currency, known),
        rules.summed((row.earned for row in rides if row.earned is not None), currency, known),
        rules.summed((row.amount for row in counted if row.basis is Basis.ACTUAL), currency, known),
    ]
    closed = None
    if header is not None and header.closed_revenue_minor is not None and header.closed_cost_minor is not None:
        closed = Margin(Money(header.closed_revenue_minor, currency), Money(header.closed_cost_minor, currency))
    return Sheet(
        lorry=lorry,
        is_planned=header is not None and header.is_planned,
        state=header.state if header else SheetState.OPEN,
        currency=currency,
        priced_on=day,
        km=header.km if header else None,
        closed_at=header.closed_at if header else None,
        closed=closed,
        rates=rates,
        items=rows,
        revenue=rides,
        expected=Margin(sums[0].total, sums[1].total),
        actual=Margin(sums[2].total, sums[3].total),
        missing=frozenset().union(*(one.missing for one in sums)),
    )


def _rates(
    session: Session,
    currency: str,
    day: date,
    items: Sequence[tuple[Any, ...]],
    rides: Sequence[RevenueRow],
    frozen: Sequence[UsedRate],
) -> tuple[UsedRate, ...]:
    """Return the rates of a sheet: those it was closed with, and of its day for what it did not know then."""
    needed = {found[0].currency for found in items if found[0].voided_at is None}
    needed |= {row.agreed.currency for row in rides if row.agreed is not None}
    missing = needed - {currency} - {used.currency for used in frozen}
    if not missing:
        return tuple(frozen)
    found = reference.fx_of(session, pairs=[(base, currency) for base in sorted(missing)], on=day)
    asked = (UsedRate(row.base, row.rate, row.source, row.date) for row in found.values())
    return (*frozen, *sorted(asked, key=lambda used: used.currency))


def _items(session: Session, departure_ids: Collection[UUID]) -> dict[UUID, list[tuple[Any, ...]]]:
    found: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    wanted = (
        sa.select(
            CostItem,
            CostRate,
            CostNote.body,
            Booking.reference,
            PartnerInvoice.id,
            PartnerInvoice.number,
        )
        .outerjoin(CostRate, CostRate.id == CostItem.rate_id)
        .outerjoin(CostNote, CostNote.item_id == CostItem.id)
        .outerjoin(Booking, Booking.id == CostItem.booking_id)
        .outerjoin(PartnerInvoiceLine, PartnerInvoiceLine.id == CostItem.invoice_line_id)
        .outerjoin(PartnerInvoice, PartnerInvoice.id == PartnerInvoiceLine.invoice_id)
        .where(CostItem.departure_id.in_(departure_ids))
        # What a plan replaced is of no interest to anybody; what a person entered and took back is.
        .where(sa.or_(CostItem.basis == Basis.ACTUAL, CostItem.voided_at.is_(None)))
        .order_by(CostItem.id)
    )
    for row in session.execute(wanted):
        found[row[0].departure_id].append(tuple(row))
    return found


def _item(found: tuple[Any, ...], currency: str, rates: Mapping[str, Decimal]) -> ItemRow:
    item, rate, note, booking, invoice_id, invoice = found
    amount = Money(item.amount_minor, item.currency)
    return ItemRow(
        id=item.id,
        departure_id=item.departure_id,
        basis=item.basis,
        kind=item.kind,
        amount=amount,
        there=rules.converted(amount, currency, rates),
        company_id=item.company_id,
        place_code=item.place_code,
        incurred_on=item.incurred_on,
        unit=rate.unit if rate else None,
        price=UnitPrice(rate.price_micro, rate.currency) if rate else None,
        quantity=item.quantity,
        source=rate.source if rate else "",
        invoice_id=invoice_id,
        invoice=invoice or "",
        file_id=item.file_id,
        cause=item.cause,
        bearer=item.bearer,
        booking=booking or "",
        note=note or "",
        entered_at=item.entered_at,
        voided_at=item.voided_at,
    )


def _all(session: Session, entity: Any, column: Any, ids: Collection[UUID]) -> Sequence[Any]:
    return session.scalars(sa.select(entity).where(column.in_(ids))).all()
