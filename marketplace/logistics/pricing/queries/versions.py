"""Read the tariff versions of lines: what held, what holds, what will."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.db import every
from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.pricing.models import TariffTerms
from marketplace.logistics.queries.tariffs import rates_of
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
        every(Tariff)
        .add_columns(TariffTerms.content, Line.code)
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
