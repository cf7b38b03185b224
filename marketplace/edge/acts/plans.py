"""Payment plans of the asker's company, by whoever asks."""

from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import plans as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.payments.queries import offers as queries
from marketplace.payments.rules import plans
from marketplace.payments.rules.plans import Offer
from marketplace.payments.services import offers


def mine(session: Session | None = None) -> tuple[Offer, ...]:
    """Return every plan that the asker's company offers or could offer."""
    company_id = require_actor().company
    return queries.offers_of(session or reading(), merchant_ids=[company_id], now=clock.now())[company_id]


def one(code: str, session: Session | None = None) -> Offer:
    """Return one of them; NotFound."""
    return queries.offer(session or reading(), merchant_id=require_actor().company, code=code, now=clock.now())


def put(session: Session, code: str, body: requests.PlanBody) -> Offer:
    """Make or change a plan and return it as it stands then."""
    preset = one(code, session).plan if plans.is_preset(code) else None
    offers.put(session, actor=require_actor(), offer=body.offer(code, preset), now=clock.now())
    return one(code, session)
