"""Letters about claims: to both sides, each at its own prices, with the remedy that is offered, agreed or decided."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.logistics.queries import bookings
from marketplace.logistics.rules.states import CURRENT
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.claims import queries
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.notes import queries as notes
from marketplace.orders.rules.claims import Respondent
from marketplace.orders.rules.remedies import Remedy


def moved(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell both sides of a claim how it stands, and how it is made good."""
    row = queries.claim(session, company_id=None, claim_id=UUID(job["claim"]))
    facts = {
        "reference": row.reference,
        "order": row.order_reference,
        "act": job["act"],
        "until": row.deadline_at or "",
        "remedy": str(row.remedy or ""),
        "by_carrier": row.respondent is Respondent.CARRIER,
        "path": f"/claims/{row.id}",
        **_lorry(session, row),
    }
    for company_id in (row.claimant_id, row.respondent_id):
        seen = queries.claim(session, company_id=company_id, claim_id=row.id)
        # What is to be sent has its amount, too: what is paid where it is not.
        amount = seen.standing if seen.awarded is None else seen.awarded
        yield Letter(
            company_id,
            facts
            | {
                "value": str(seen.value),
                "amount": str(amount) if amount else "",
                "note": notes.number(session, claim_id=row.id, company_id=company_id) or "",
            },
        )


def _lorry(session: Session, row: ClaimRow) -> dict[str, Any]:
    """Return by which lorry a replacement goes, empty while it has none, and for every other remedy."""
    line_id = queries.replacement(session, claim_id=row.id) if row.remedy is Remedy.REPLACEMENT else None
    found = bookings.bookings(session, subjects=[line_id]).get(line_id, ()) if line_id else ()
    current = [each for each in found if each.state in CURRENT]
    if not current:
        return {"lorry": "", "departs_at": ""}
    return {"lorry": current[-1].departure_reference, "departs_at": current[-1].departs_at}
