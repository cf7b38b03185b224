"""Read freight quotes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import Tariff
from marketplace.logistics.pricing.models import FreightQuote, TariffTerms
from marketplace.logistics.pricing.rules.making import Component
from marketplace.logistics.queries.tariffs import rates_of
from marketplace.logistics.rules.freight import Rates


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """What a tariff version asks for a load on a departure, until ``expires_at``."""

    id: UUID
    company_id: UUID
    departure_id: UUID
    departure: str
    to_place: str
    tariff_id: UUID
    load: Load
    chargeable_g: int
    binding: str
    total: Money
    components: tuple[Component, ...]
    made_at: datetime
    expires_at: datetime

    def holds(self, now: datetime) -> bool:
        """Tell whether it binds at an instant."""
        return now < self.expires_at


def quote(session: Session, *, company_id: UUID, quote_id: UUID) -> QuoteRow:
    """Return a quote that a company was given; NotFound for any other."""
    found = quotes(session, company_id=company_id, quote_ids=[quote_id])
    if quote_id not in found:
        raise NotFound("freight_quote")
    return found[quote_id]


def quotes(session: Session, *, company_id: UUID, quote_ids: Collection[UUID]) -> dict[UUID, QuoteRow]:
    """Return those of these quotes that a company was given, by id."""
    found = session.execute(
        sa.select(FreightQuote, Departure.reference)
        .join(Departure, Departure.id == FreightQuote.departure_id)
        .where(FreightQuote.company_id == company_id, FreightQuote.id.in_(quote_ids))
    )
    return {row.FreightQuote.id: _row(row.FreightQuote, row.reference) for row in found}


def rates_of_quote(session: Session, *, tariff_id: UUID) -> Rates:
    """Return what the tariff version of a quote asks: its price for a whole lorry stands beside the price by weight."""
    row = session.execute(
        sa.select(Tariff, TariffTerms.content)
        .outerjoin(TariffTerms, TariffTerms.tariff_id == Tariff.id)
        .where(Tariff.id == tariff_id)
    ).one()
    tariff = row.Tariff
    return rates_of(
        tariff.currency, tariff.per_kg_micro, tariff.minimum_minor, tariff.m3_factor, tariff.ldm_factor, row.content
    )


def _row(found: Any, departure: str) -> QuoteRow:
    return QuoteRow(
        id=found.id,
        company_id=found.company_id,
        departure_id=found.departure_id,
        departure=departure,
        to_place=found.to_place,
        tariff_id=found.tariff_id,
        load=Load(found.grams, found.cm3, found.ldm_mm, found.pallets),
        chargeable_g=found.chargeable_g,
        binding=found.binding,
        total=Money(found.total_minor, found.currency),
        components=tuple(Component(kind, Money(minor, found.currency)) for kind, minor in found.components),
        made_at=found.made_at,
        expires_at=found.expires_at,
    )
