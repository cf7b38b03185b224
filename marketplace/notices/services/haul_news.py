"""Hear of ranges of a departure that another carrier is to drive, and write to both carriers of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.logistics.fleet.events import HaulSaid
from marketplace.logistics.fleet.queries import hauls
from marketplace.logistics.fleet.rules.hauls import HaulState
from marketplace.logistics.queries import departures
from marketplace.notices.rules import News
from marketplace.notices.services.letters import Facts, Letter
from marketplace.notices.services.passing import later

_TO_HAULIER: Final = (HaulState.OFFERED, HaulState.WITHDRAWN)


def on_haul_said(session: Session, event: HaulSaid) -> None:
    """Tell who was asked of an offer and that it is taken back, and who asked of the answer."""
    news = News.HAUL_OFFERED if event.state in _TO_HAULIER else News.HAUL_ANSWERED
    later(session, event, news, haul=event.haul_id, state=event.state)


def offered(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a carrier of what it is asked to drive, or is not any more; nothing of an offer that stands no longer."""
    haul = hauls.haul(session, haul_id=UUID(job["haul"]))
    if haul.state == job["state"]:
        yield Letter(haul.company_id, _facts(session, haul, now) | {"act": job["state"], "path": "/partner/hauls"})


def answered(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell who offered a haul, and the carrier of the line that answers for the whole, what came of it."""
    haul = hauls.haul(session, haul_id=UUID(job["haul"]))
    facts = _facts(session, haul, now)
    line = departures.departure(session, departure_id=haul.departure_id, now=now).carrier_company_id
    for company_id in sorted({haul.offered_by, line}):
        yield Letter(company_id, facts | {"act": job["state"], "path": f"/lorries/{haul.departure_id}/hauls"})


def _facts(session: Session, haul: hauls.HaulRow, now: datetime) -> dict[str, Any]:
    departure = departures.departure(session, departure_id=haul.departure_id, now=now)
    first, last = departure.stops[haul.first_stop], departure.stops[haul.last_stop]
    company = accounts.get_company(session, company_id=haul.company_id)
    return {
        "lorry": departure.reference,
        "company": company.name,
        "first": first.place.code,
        "last": last.place.code,
        "departs_at": first.eta,
        "arrives_at": last.eta,
    }
