"""What the API says of tariff versions and freight quotes."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.freight import Component
from marketplace.logistics.pricing.queries.quotes import QuoteRow
from marketplace.logistics.pricing.queries.versions import VersionRow
from marketplace.logistics.rules.freight import Rates, whole_lorry_from


class Break(Answer):
    """From so many chargeable kg on a kg costs so much."""

    from_kg: str
    per_kg: Amount


class Surcharge(Answer):
    """A surcharge: ``value`` is per cent of the base, or an amount of ``currency`` per kg, shipment or vehicle."""

    kind: str
    basis: str
    value: str
    currency: str


class WholeLorry(Answer):
    """The price of a whole lorry, all in; ``cheaper_from_kg`` chargeable kg on it is cheaper than the price by weight.

    ``waiting_per_hour`` is asked for every started hour beyond ``free_hours``.
    """

    price: Amount
    free_hours: int
    waiting_per_hour: Amount
    cheaper_from_kg: int | None


class FillStep(Answer):
    """Once the lorry is so many per cent full, ``share`` per cent of what was paid are left of a share."""

    percent: int
    share: str


class Version(Answer):
    """One version of what a line charges to a place; ``to`` is the end of its time, null for the last."""

    id: UUID
    to_place: str
    per_kg: Amount
    least_charge: Amount
    m3_factor: int
    ldm_factor: int
    breaks: list[Break]
    surcharges: list[Surcharge]
    lorry_kg: int | None
    whole_lorry: WholeLorry | None
    fill: list[FillStep]
    valid_from: Instant
    valid_to: Instant | None
    holds_now: bool
    note: str
    fictitious: bool

    @classmethod
    def of(cls, row: VersionRow, now: datetime) -> "Version":
        """Write a version."""
        rates, terms = row.rates, row.rates.terms
        return cls(
            id=row.id,
            to_place=row.to_place,
            per_kg=Amount.of(rates.per_kg),
            least_charge=Amount.of(rates.minimum),
            m3_factor=rates.m3_factor,
            ldm_factor=rates.ldm_factor,
            breaks=[Break(from_kg=f"{one.from_g / 1_000:g}", per_kg=Amount.of(one.per_kg)) for one in terms.breaks],
            surcharges=[
                Surcharge(kind=one.kind, basis=one.basis, value=f"{one.value:f}", currency=one.currency)
                for one in terms.surcharges
            ],
            lorry_kg=None if terms.lorry_g is None else terms.lorry_g // 1_000,
            whole_lorry=_whole(rates),
            fill=[FillStep(percent=one.percent, share=f"{one.factor_bp / 100:.2f}") for one in terms.fill],
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            holds_now=row.holds(now),
            note=row.note,
            fictitious=terms.is_fictitious,
        )


class Quote(Answer):
    """A freight quote; ``binding`` decides the chargeable weight: ``gross``, ``volume`` or ``loading_metres``.

    Until ``expires_at`` a checkout that names it under ``freight_quotes`` pays ``freight``, whatever the tariff says.
    """

    id: UUID
    departure_id: UUID
    departure: str
    to: str
    freight: Amount
    components: list[Component]
    chargeable_kg: str
    binding: str
    made_at: Instant
    expires_at: Instant
    holds: bool
    whole_lorry: WholeLorry | None

    @classmethod
    def of(cls, row: QuoteRow, rates: Rates, now: datetime) -> "Quote":
        """Write a quote."""
        return cls(
            id=row.id,
            departure_id=row.departure_id,
            departure=row.departure,
            to=row.to_place,
            freight=Amount.of(row.total),
            components=[Component(kind=one.kind, amount=Amount.of(one.amount)) for one in row.components],
            chargeable_kg=f"{Decimal(row.chargeable_g).scaleb(-3):f}",
            binding=row.binding,
            made_at=row.made_at,
            expires_at=row.expires_at,
            holds=row.holds(now),
            whole_lorry=_whole(rates),
        )


def _whole(rates: Rates) -> WholeLorry | None:
    whole, cheaper_from = rates.terms.whole, whole_lorry_from(rates)
    if whole is None:
        return None
    return WholeLorry(
        price=Amount.of(whole.price),
        free_hours=whole.free_minutes // 60,
        waiting_per_hour=Amount.of(whole.waiting),
        cheaper_from_kg=None if cheaper_from is None else cheaper_from // 1_000,
    )
