"""Numbers (MRN) of transit movements, whatever they move: each stands once."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Refused
from marketplace.logistics.road.models.customs import TransitNumber
from marketplace.logistics.road.rules.transit import Regime, check_mrn


def give(session: Session, *, movement_id: UUID, regime: Regime, mrn: str, country: str, year: int) -> str:
    """Note the number that customs gave to a movement and return it as it is kept.

    Refused ``mrn`` where it is not of the regime's form, or another movement has it, also one that was cancelled.
    """
    kept = check_mrn(regime, mrn, country=country, year=year)
    if not insert_if_new(session, TransitNumber, mrn=kept, movement_id=movement_id):
        raise Refused.field("mrn", "taken")
    return kept
