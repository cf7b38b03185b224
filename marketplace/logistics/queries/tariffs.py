"""Read what a line asks for freight at an instant."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.editions import kept_each
from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.pricing.models import TariffTerms
from marketplace.logistics.pricing.rules.terms import from_json
from marketplace.logistics.rules import freight


@dataclass(frozen=True, slots=True)
class TariffRow:
    """A tariff as valid at an instant."""

    id: UUID
    line_id: UUID
    to_place: str
    rates: freight.Rates
    note: str


def tariff(session: Session, *, line_id: UUID, to_place: str, now: datetime) -> TariffRow | None:
    """Return the tariff of a line to a place as valid now."""
    found = session.execute(
        sa.select(Tariff.__table__, TariffTerms.content)
        .outerjoin(TariffTerms, TariffTerms.tariff_id == Tariff.id)
        .where(Tariff.line_id == line_id, Tariff.to_place == to_place, *valid_at(now))
        .limit(1)
    ).one_or_none()
    return None if found is None else TariffRow(found.id, line_id, to_place, _rates(found), found.note)


@dataclass(frozen=True, slots=True)
class Charged:
    """A tariff with the line that charges it, and what a freight contract freezes of it."""

    line_code: str
    to_place: str
    rates: freight.Rates
    note: str

    @property
    def terms(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "line": self.line_code,
            "to": self.to_place,
            **self.rates.frozen,
            "note": self.note,
        }


def charged(session: Session, *, tariff_ids: Collection[UUID]) -> dict[UUID, Charged]:
    """Return what tariffs ask, by id, in one question."""

    def read(missing: Collection[UUID]) -> dict[UUID, Charged]:
        found = session.execute(_CHARGED, {"ids": list(missing)})
        return {row.id: Charged(row.code, row.to_place, _rates(row), row.note) for row in found}

    return kept_each("charged", tariff_ids, read)


_CHARGED: Final = (
    sa.select(Tariff.__table__, Line.code, TariffTerms.content)
    .join(Line, Line.id == Tariff.line_id)
    .outerjoin(TariffTerms, TariffTerms.tariff_id == Tariff.id)
    .where(Tariff.id.in_(sa.bindparam("ids", expanding=True)))
)


def _rates(found: Any) -> freight.Rates:
    return rates_of(
        found.currency, found.per_kg_micro, found.minimum_minor, found.m3_factor, found.ldm_factor, found.content
    )


def rates_of(
    currency: str,
    per_kg_micro: int,
    minimum_minor: int,
    m3_factor: int,
    ldm_factor: int,
    content: Mapping[str, Any] | None,
) -> freight.Rates:
    """Return what the stored columns of a tariff ask, and what its terms say where it has some."""
    return freight.Rates(
        per_kg=UnitPrice(per_kg_micro, currency),
        minimum=Money(minimum_minor, currency),
        m3_factor=m3_factor,
        ldm_factor=ldm_factor,
        terms=from_json(content),
    )


def valid_at(now: datetime | sa.BindParameter[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a tariff meets at an instant."""
    return Tariff.valid_from <= now, sa.or_(Tariff.valid_to.is_(None), Tariff.valid_to > now)
