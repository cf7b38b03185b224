"""Read what carriers emit."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.editions import kept
from marketplace.logistics.itineraries.models import EmissionFactor
from marketplace.logistics.itineraries.rules.emissions import DEFAULTS, Factor
from marketplace.logistics.rules.states import Mode

_DATED = ("emission_factors", "dated")


def factors(session: Session, *, at: datetime) -> dict[Mode, Factor]:
    """Return the factor of every mode as valid at an instant: the operator's newest, else the published default."""
    dated = kept(_DATED, lambda: _read(session))
    held = {mode: factor for mode, factor in dated if factor.valid_from is not None and factor.valid_from <= at}
    return {**DEFAULTS, **held}


def coming(session: Session, *, after: datetime) -> tuple[tuple[Mode, Factor], ...]:
    """Return the factors that hold from a later instant on, the next one first."""
    dated = kept(_DATED, lambda: _read(session))
    return tuple(each for each in dated if each[1].valid_from is not None and each[1].valid_from > after)


def _read(session: Session) -> tuple[tuple[Mode, Factor], ...]:
    columns = (EmissionFactor.mode, EmissionFactor.mg_per_tkm, EmissionFactor.source, EmissionFactor.valid_from)
    rows = session.execute(sa.select(*columns).order_by(EmissionFactor.valid_from, EmissionFactor.mode))
    return tuple((row.mode, Factor(row.mg_per_tkm, row.source, row.valid_from)) for row in rows)
