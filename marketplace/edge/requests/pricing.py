"""What is sent about tariff versions, freight quotes and whole lorries."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests.payments import Day
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.terms import (
    MOST_STEPS,
    Basis,
    Break,
    Extra,
    FillStep,
    Surcharge,
    Terms,
    WholeLorry,
)
from marketplace.logistics.rules.freight import Rates

_MOST_TEXT = 4_000
_BLANK = BeforeValidator(blank_is_none)


def rows_of(*names: str, least: int | None = None, most: int = MOST_STEPS) -> Callable[[Any], Any]:
    """Return what reads a list of objects, or text with one of them in each row: its values apart by spaces.

    Of ``least`` values on the others may be left out, at the end or each by a hyphen.
    """
    least = len(names) if least is None else least

    def read(value: Any) -> Any:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or len(texts) > most or not all(isinstance(one, str) for one in texts):
            return value
        rows = [row.split() for text in texts for row in text[:_MOST_TEXT].splitlines() if row.strip()]
        if any(not least <= len(row) <= len(names) for row in rows):
            raise PydanticCustomError("row_values", "{accepted}", {"accepted": " ".join(names)})
        found = [list(zip(names, row, strict=False)) for row in rows]
        return [dict([*row[:least], *(pair for pair in row[least:] if pair[1] != "-")]) for row in found]

    return read


Price = Annotated[Exact, Field(ge=0, le=10**9, decimal_places=6)]
OptionalPrice = Annotated[Price | None, _BLANK]


class QuoteBody(Request):
    """A freight quote for a load on a departure: that of so many of a listing's goods, else the one that is written.

    Decimals in kg, m³, loading metres, and whole pallet places.
    """

    departure_id: UUID
    to: Annotated[Line, Field(max_length=40)]
    listing_id: Annotated[UUID | None, _BLANK] = None
    quantity: Annotated[Annotated[Whole, Field(ge=1, le=10**9)] | None, _BLANK] = None
    kg: Annotated[Annotated[Exact, Field(ge=0, le=100_000, decimal_places=3)] | None, _BLANK] = None
    m3: Annotated[Annotated[Exact, Field(ge=0, le=1_000, decimal_places=6)] | None, _BLANK] = None
    ldm: Annotated[Annotated[Exact, Field(ge=0, le=100, decimal_places=3)] | None, _BLANK] = None
    pallets: Annotated[Annotated[Whole, Field(ge=0, le=1_000)] | None, _BLANK] = None

    @property
    def load(self) -> Load:
        """The load that is written."""
        return Load(
            grams=int((self.kg or Decimal(0)).scaleb(3)),
            cm3=int((self.m3 or Decimal(0)).scaleb(6)),
            ldm_mm=int((self.ldm or Decimal(0)).scaleb(3)),
            pallets=self.pallets or 0,
        )


class BreakBody(Request):
    """From so many chargeable kg on a kg costs so much."""

    from_kg: Annotated[Exact, Field(gt=0, le=100_000, decimal_places=3)]
    per_kg: Price


class SurchargeBody(Request):
    """A surcharge; ``value`` is per cent of the base, or an amount of the tariff's currency, else of ``currency``."""

    kind: Extra
    basis: Basis
    value: Price
    currency: Annotated[Currency | None, _BLANK] = None


class FillBody(Request):
    """Once the lorry is so many per cent full, ``share`` per cent of what was paid are left of a share."""

    percent: Annotated[Whole, Field(ge=1, le=100)]
    share: Annotated[Exact, Field(gt=0, le=100, decimal_places=2)]


class TariffBody(Request):
    """A new version of what a line charges to a place, from a day on by the clock of its hub."""

    to: Annotated[Line, Field(max_length=40)]
    currency: Currency
    per_kg: Price
    least_charge: Price
    m3_factor: Annotated[Whole, Field(ge=1, le=10_000)]
    ldm_factor: Annotated[Whole, Field(ge=1, le=100_000)]
    breaks: Annotated[
        list[BreakBody],
        BeforeValidator(rows_of("from_kg", "per_kg"), json_schema_input_type=list[BreakBody]),
        Field(max_length=MOST_STEPS),
    ] = Field(default_factory=list)
    surcharges: Annotated[
        list[SurchargeBody],
        BeforeValidator(rows_of("kind", "basis", "value"), json_schema_input_type=list[SurchargeBody]),
        Field(max_length=MOST_STEPS),
    ] = Field(default_factory=list)
    lorry_kg: Annotated[Annotated[Whole, Field(ge=1, le=100_000)] | None, _BLANK] = None
    lorry_price: OptionalPrice = None
    free_hours: Annotated[Annotated[Whole, Field(ge=0, le=240)] | None, _BLANK] = None
    waiting_per_hour: OptionalPrice = None
    fill: Annotated[
        list[FillBody],
        BeforeValidator(rows_of("percent", "share"), json_schema_input_type=list[FillBody]),
        Field(max_length=MOST_STEPS),
    ] = Field(default_factory=list)
    valid_from: Day
    note: Annotated[Line, Field(max_length=200)]
    fictitious: Tick = False

    def rates(self) -> Rates:
        """Return it as a value; an amount finer than its currency is refused by its field."""
        whole = None
        if self.lorry_price is not None:
            whole = WholeLorry(
                price=self._money("lorry_price", self.lorry_price),
                free_minutes=(self.free_hours or 0) * 60,
                waiting=self._money("waiting_per_hour", self.waiting_per_hour or Decimal(0)),
            )
        return Rates(
            per_kg=UnitPrice.of(self.per_kg, self.currency),
            minimum=self._money("least_charge", self.least_charge),
            m3_factor=self.m3_factor,
            ldm_factor=self.ldm_factor,
            terms=Terms(
                breaks=tuple(
                    Break(int(one.from_kg * 1_000), UnitPrice.of(one.per_kg, self.currency)) for one in self.breaks
                ),
                surcharges=tuple(
                    Surcharge(one.kind, one.basis, one.value, one.currency or self.currency) for one in self.surcharges
                ),
                whole=whole,
                fill=tuple(FillStep(one.percent, int(one.share * 100)) for one in self.fill),
                lorry_g=None if self.lorry_kg is None else self.lorry_kg * 1_000,
                is_fictitious=self.fictitious,
            ),
        )

    def _money(self, field: str, amount: Decimal) -> Money:
        try:
            return Money.of(amount, self.currency)
        except ValueError:
            raise Refused.field(field, "too_fine", f"the decimals of {self.currency}") from None


messages.register(
    errors={
        "nothing_booked": _("Your company pays the freight of nothing on this departure."),
        "not_alone": _("Others have goods on this departure, or it takes no more bookings: nobody can take all of it."),
        "not_confirmed": _("Some goods are only held on this departure. Take the whole lorry once they are confirmed."),
        "no_whole_lorry": _("The tariff of these goods has no price for a whole lorry."),
        "whole_not_cheaper": _("The whole lorry costs %(whole)s, your goods pay %(now)s: it is not cheaper."),
    },
    fields={
        "row_values": _("Write in each row: %(accepted)s."),
        "not_rising": _("Write %(accepted)s."),
        "not_falling": _("Write %(accepted)s."),
        "version_overlaps": _("Another version begins then or later. Choose %(accepted)s."),
    },
)
