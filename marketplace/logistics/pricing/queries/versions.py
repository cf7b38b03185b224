"""Read the tariff versions of lines: what held, what holds, what will."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.pricing.models import TariffTerms
from marketplace.logistics.pricing.rules.shares import factor_at, fill_percent
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.tariffs import rates_of, valid_at
from marketplace.logistics.rules.freight import Rates


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of what a line charges to a place; ``valid_to`` is None for the last."""

    id: UUID
    line_id: UUID
    line_code: str
    to_place: str
    rates: Rates
    valid_from: datetime
    valid_to: datetime | None
    note: str

    def holds(self, now: datetime) -> bool:
        """Tell whether it is charged at an instant."""
        return self.valid_from <= now and (self.valid_to is None or now < self.valid_to)


def versions(session: Session, *, line_id: UUID) -> tuple[VersionRow, ...]:
    """Return the versions of a line by place, the latest first."""
    found = session.execute(
        sa.select(Tariff.__table__, TariffTerms.content, Line.code)
        .join(Line, Line.id == Tariff.line_id)
        .outerjoin(TariffTerms, TariffTerms.tariff_id == Tariff.id)
        .where(Tariff.line_id == line_id)
        .order_by(Tariff.to_place, Tariff.valid_from.desc())
    )
    return tuple(
        VersionRow(
            id=row.id,
            line_id=row.line_id,
            line_code=row.code,
            to_place=row.to_place,
            rates=rates_of(
                row.currency, row.per_kg_micro, row.minimum_minor, row.m3_factor, row.ldm_factor, row.content
            ),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            note=row.note,
        )
        for row in found
    )


@dataclass(frozen=True, slots=True)
class Published:
    """What is left of freight to a place, in hundredths of a per cent, on the lorry as full as it is and on a full one.

    ``rates`` have the rule and the price of a whole lorry.
    """

    to_place: str
    percent: int
    today_bp: int
    full_bp: int
    rates: Rates


def published(session: Session, *, departure: DepartureRow, now: datetime) -> tuple[Published, ...]:
    """Return how shares of a departure fall, for each place whose tariff says so now; in the order of its stops."""
    found = session.execute(
        sa.select(Tariff.__table__, TariffTerms.content)
        .join(Line, Line.id == Tariff.line_id)
        .join(TariffTerms, TariffTerms.tariff_id == Tariff.id)
        .where(Line.code == departure.line_code, *valid_at(now))
    )
    taken = departure.capacity - departure.room
    percent = max(departure.filled_percent, fill_percent(taken, departure.capacity))
    rates = {
        row.to_place: rates_of(
            row.currency, row.per_kg_micro, row.minimum_minor, row.m3_factor, row.ldm_factor, row.content
        )
        for row in found
    }
    return tuple(
        Published(
            stop.place.code,
            percent,
            factor_at(percent, known.terms.fill),
            factor_at(100, known.terms.fill),
            known,
        )
        for stop in departure.stops
        if (known := rates.get(stop.place.code)) is not None and known.terms.fill
    )
