"""Answers about what departures cost and earn."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.distribution.costs.queries import months, sheets
from marketplace.distribution.costs.queries.lorries import RateRow
from marketplace.distribution.costs.queries.revenue import RevenueRow
from marketplace.distribution.costs.queries.sheets import ItemRow
from marketplace.distribution.costs.rules import margin as rules
from marketplace.edge.acts.costs import Lorries, Rates
from marketplace.kernel.money import Money


def _optional(value: Money | None) -> Amount | None:
    return None if value is None else Amount.of(value)


def _thousandths(value: int) -> str:
    return f"{Decimal(value).scaleb(-3):f}"


class Margin(Answer):
    """What came in, what it cost, what is left; ``basis_points`` of the revenue, null without any."""

    revenue: Amount
    cost: Amount
    left: Amount
    basis_points: int | None

    @classmethod
    def of(cls, row: rules.Margin) -> "Margin":
        """Write a margin."""
        return cls(
            revenue=Amount.of(row.revenue),
            cost=Amount.of(row.cost),
            left=Amount.of(row.left),
            basis_points=row.basis_points,
        )


class Fill(Answer):
    """How full a lorry is in each dimension, as shares of its room: 0.750 is three quarters."""

    weight: str
    volume: str
    loading_metres: str
    pallets: str

    @classmethod
    def of(cls, fill: Mapping[str, int]) -> "Fill":
        """Write how full a lorry is."""
        return cls(
            weight=_thousandths(fill["grams"]),
            volume=_thousandths(fill["cm3"]),
            loading_metres=_thousandths(fill["ldm_mm"]),
            pallets=_thousandths(fill["pallets"]),
        )


class Lorry(Answer):
    """A departure with its margin, planned and actual; ``without_revenue``: it drove and earns nothing.

    ``missing_rates`` names currencies that no exchange rate brings to that of the sheet: they are in no sum.
    """

    departure_id: UUID
    departure: str
    line: str
    leaves_on: date
    state: str
    vehicle: str
    planned: bool
    sheet_state: str
    currency: str
    expected: Margin
    actual: Margin
    kg: str
    km: int | None
    cost_per_tonne: Amount | None
    cost_per_teu_km: Amount | None
    fill: Fill
    without_revenue: bool
    missing_rates: list[str]

    @classmethod
    def of(cls, row: sheets.Sheet) -> "Lorry":
        """Write a lorry."""
        return cls(
            departure_id=row.lorry.id,
            departure=row.lorry.reference,
            line=row.lorry.line_code,
            leaves_on=row.lorry.day,
            state=str(row.lorry.state),
            vehicle=row.lorry.vehicle,
            planned=row.is_planned,
            sheet_state=str(row.state),
            currency=row.currency,
            expected=Margin.of(row.expected),
            actual=Margin.of(row.actual),
            kg=f"{row.lorry.taken.kg:f}",
            km=row.km,
            cost_per_tonne=_optional(row.per_tonne),
            cost_per_teu_km=_optional(row.per_teu_km),
            fill=Fill.of(row.fill),
            without_revenue=row.is_empty,
            missing_rates=sorted(row.missing),
        )


class Total(Answer):
    """Lorries of a line, of all where it is empty, in one currency."""

    line: str
    currency: str
    lorries: int
    without_revenue: int
    not_planned: int
    kg: str
    expected: Margin
    actual: Margin
    cost_per_tonne: Amount | None
    cost_of_empty: Amount

    @classmethod
    def of(cls, row: months.Total) -> "Total":
        """Write a total."""
        return cls(
            line=row.line_code,
            currency=row.currency,
            lorries=row.lorries,
            without_revenue=row.without_revenue,
            not_planned=row.unplanned,
            kg=_thousandths(row.grams),
            expected=Margin.of(row.expected),
            actual=Margin.of(row.actual),
            cost_per_tonne=_optional(row.per_tonne),
            cost_of_empty=Amount.of(row.empty_cost),
        )


class Month(Answer):
    """The lorries of a month; lines and totals are of the whole month, whatever page of it this is."""

    month: str
    lines: list[Total]
    totals: list[Total]
    items: list[Lorry]
    next: str | None

    @classmethod
    def of(cls, seen: Lorries) -> "Month":
        """Write a month with a page of its lorries."""
        return cls(
            month=f"{seen.month.first:%Y-%m}",
            lines=[Total.of(row) for row in seen.month.lines],
            totals=[Total.of(row) for row in seen.month.totals],
            items=[Lorry.of(row) for row in seen.page.items],
            next=seen.page.next,
        )


class MonthTotals(Answer):
    """A month with its totals, one a currency."""

    month: str
    totals: list[Total]

    @classmethod
    def of(cls, row: months.MonthRow) -> "MonthTotals":
        """Write a month."""
        return cls(month=f"{row.first:%Y-%m}", totals=[Total.of(total) for total in row.totals])


class Cost(Answer):
    """A cost; ``in_sheet_currency`` is null where no exchange rate brings it there."""

    id: UUID
    basis: str
    kind: str
    amount: Amount
    in_sheet_currency: Amount | None
    company_id: UUID | None
    place: str | None
    incurred_on: date | None
    quantity: str | None
    unit: str | None
    price: Amount | None
    source: str
    invoice_id: UUID | None
    invoice: str
    cause: str | None
    borne_by: str | None
    booking: str
    note: str
    has_file: bool
    entered_at: Instant
    voided_at: Instant | None

    @classmethod
    def of(cls, row: ItemRow) -> "Cost":
        """Write a cost."""
        return cls(
            id=row.id,
            basis=str(row.basis),
            kind=str(row.kind),
            amount=Amount.of(row.amount),
            in_sheet_currency=_optional(row.there),
            company_id=row.company_id,
            place=row.place_code,
            incurred_on=row.incurred_on,
            quantity=None if row.quantity is None else _thousandths(row.quantity),
            unit=str(row.unit) if row.unit else None,
            price=Amount.of(row.price) if row.price else None,
            source=row.source,
            invoice_id=row.invoice_id,
            invoice=row.invoice,
            cause=str(row.cause) if row.cause else None,
            borne_by=str(row.bearer) if row.bearer else None,
            booking=row.booking,
            note=row.note,
            has_file=row.file_id is not None,
            entered_at=row.entered_at,
            voided_at=row.voided_at,
        )


class Revenue(Answer):
    """The freight of a booking: its share of what is agreed and of what is earned; ``free`` says why there is none."""

    booking_id: UUID
    booking: str
    part: int
    state: str
    kg: str
    contract_id: UUID | None
    contract: str
    agreed: Amount | None
    earned: Amount | None
    free: str | None

    @classmethod
    def of(cls, row: RevenueRow) -> "Revenue":
        """Write the freight of a booking."""
        return cls(
            booking_id=row.booking_id,
            booking=row.booking,
            part=row.part,
            state=str(row.state),
            kg=f"{row.load.kg:f}",
            contract_id=row.contract_id,
            contract=row.contract,
            agreed=_optional(row.agreed),
            earned=_optional(row.earned),
            free=str(row.free) if row.free else None,
        )


class KindSum(Answer):
    """What a kind of cost was planned at and came to."""

    kind: str
    planned: Amount
    actual: Amount
    difference: Amount


class BearerSum(Answer):
    """Actual costs that something caused, by who bears them as noted when they were entered."""

    borne_by: str
    amount: Amount


class UsedRate(Answer):
    """One unit of a currency in the sheet's, who says so, and from which day."""

    currency: str
    rate: str
    source: str
    date: date


class Sheet(Answer):
    """The cost sheet of a departure; ``closed`` are the figures that it was last closed with."""

    lorry: Lorry
    priced_on: date
    exchange_rates: list[UsedRate]
    by_kind: list[KindSum]
    by_bearer: list[BearerSum]
    costs: list[Cost]
    revenue: list[Revenue]
    closed_at: Instant | None
    closed: Margin | None
    changed_since: bool

    @classmethod
    def of(cls, row: sheets.Sheet) -> "Sheet":
        """Write a sheet."""
        return cls(
            lorry=Lorry.of(row),
            priced_on=row.priced_on,
            exchange_rates=[
                UsedRate(currency=used.currency, rate=f"{used.rate:f}", source=used.source, date=used.day)
                for used in row.rates
            ],
            by_kind=[
                KindSum(
                    kind=str(one.kind),
                    planned=Amount.of(one.planned),
                    actual=Amount.of(one.actual),
                    difference=Amount.of(one.difference),
                )
                for one in row.by_kind
            ],
            by_bearer=[BearerSum(borne_by=str(bearer), amount=Amount.of(amount)) for bearer, amount in row.by_bearer],
            costs=[Cost.of(item) for item in row.items],
            revenue=[Revenue.of(one) for one in row.revenue],
            closed_at=row.closed_at,
            closed=Margin.of(row.closed) if row.closed else None,
            changed_since=row.has_changed,
        )


class Rate(Answer):
    """What a line pays from a day on; without a vehicle for every lorry, without a company to the line's carrier."""

    id: UUID
    kind: str
    unit: str
    vehicle: str
    company_id: UUID | None
    price: Amount
    free_hours: int
    valid_from: date
    source: str
    created_at: Instant

    @classmethod
    def of(cls, row: RateRow) -> "Rate":
        """Write a rate."""
        return cls(
            id=row.rate.id,
            kind=str(row.rate.kind),
            unit=str(row.rate.unit),
            vehicle=row.vehicle,
            company_id=row.rate.company_id,
            price=Amount.of(row.rate.price),
            free_hours=row.rate.free_hours,
            valid_from=row.rate.valid_from,
            source=row.source,
            created_at=row.created_at,
        )


class LineRates(Answer):
    """All rates of a line, the newest entry first: of two from the same day the later counts."""

    line: str
    lines: list[str]
    vehicles: list[str]
    items: list[Rate]
    next: None = None

    @classmethod
    def of(cls, seen: Rates) -> "LineRates":
        """Write the rates of a line."""
        return cls(
            line=seen.line.code if seen.line else "",
            lines=[line.code for line in seen.lines],
            vehicles=[vehicle.code for vehicle in seen.vehicles],
            items=[Rate.of(row) for row in seen.rows],
        )
