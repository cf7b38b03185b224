"""What carriage costs: tariffs and the price of a load."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, FieldError, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.pricing.models import TariffTerms
from marketplace.logistics.pricing.rules.terms import PLAIN, errors_of
from marketplace.logistics.queries import tariffs as queries
from marketplace.logistics.rules import freight
from marketplace.logistics.rules.freight import Binding, Rates


@dataclass(frozen=True, slots=True)
class FreightPrice:
    """The freight of a load and everything it was reckoned from; ``terms`` is JSON, to be frozen with the contract."""

    tariff_id: UUID
    amount: Money
    chargeable_g: int
    binding: Binding
    carrier_company_id: UUID
    terms: dict[str, Any]
    rates: Rates


def price(session: Session, *, departure_id: UUID, to_place: str, load: Load, now: datetime) -> FreightPrice:
    """Return the freight of a load on a departure by the tariff valid now; Conflict ``no_tariff`` without."""
    freight.check_load(load)
    found = session.execute(
        sa.select(Line.id, Line.code, Line.carrier_company_id)
        .join(Departure, Departure.line_id == Line.id)
        .where(Departure.id == departure_id)
    ).one_or_none()
    if found is None:
        raise NotFound("departure")
    tariff = queries.tariff(session, line_id=found.id, to_place=to_place, now=now)
    if tariff is None:
        raise Conflict("no_tariff", line=found.code, to=to_place)
    rates = tariff.rates
    weight = freight.chargeable(load, m3_factor=rates.m3_factor, ldm_factor=rates.ldm_factor)
    return FreightPrice(
        tariff_id=tariff.id,
        amount=freight.freight(weight, rates),
        chargeable_g=weight.grams,
        binding=weight.binding,
        carrier_company_id=found.carrier_company_id,
        terms={
            "line": found.code,
            "to": to_place,
            **rates.frozen,
            "gross_kg": f"{load.kg:f}",
            "m3": f"{load.m3:f}",
            "ldm": f"{load.ldm:f}",
            "chargeable_kg": f"{weight.kg:f}",
            "binding": str(weight.binding),
            "note": tariff.note,
        },
        rates=rates,
    )


def set_tariff(
    session: Session,
    *,
    actor: Actor,
    line_id: UUID,
    to_place: str,
    rates: Rates,
    valid_from: datetime,
    note: str,
    now: datetime,
) -> UUID:
    """Let a line charge these rates to a place from an instant on; the tariff before ends then.

    Refused names the field that makes no sense; Conflict ``tariff_later`` where a version begins then or later.
    """
    wrong = errors_of(rates.terms, per_kg=rates.per_kg)
    if rates.minimum.currency != rates.per_kg.currency:
        wrong.insert(0, FieldError("minimum", "currency", rates.per_kg.currency))
    if wrong:
        raise Refused.fields(*wrong)
    before = session.scalars(
        sa.select(Tariff).where(Tariff.line_id == line_id, Tariff.to_place == to_place, Tariff.valid_to.is_(None))
    ).one_or_none()
    if before is not None:
        if before.valid_from >= valid_from:
            raise Conflict("tariff_later", tariff=before.id)
        before.valid_to = valid_from
    tariff = Tariff(
        id=new_id(),
        line_id=line_id,
        to_place=to_place,
        currency=rates.per_kg.currency,
        per_kg_micro=rates.per_kg.micro,
        minimum_minor=rates.minimum.minor,
        m3_factor=rates.m3_factor,
        ldm_factor=rates.ldm_factor,
        valid_from=valid_from,
        valid_to=None,
        note=note,
    )
    session.add(tariff)
    session.flush()
    if rates.terms != PLAIN:
        session.add(TariffTerms(tariff_id=tariff.id, content=rates.terms.as_json()))
        session.flush()
    audit.record(
        session,
        actor=actor,
        action="tariff.set",
        subject="tariff",
        subject_id=tariff.id,
        facts={"line": line_id, "per_kg_micro": rates.per_kg.micro, "minimum_minor": rates.minimum.minor},
        now=now,
    )
    return tariff.id
