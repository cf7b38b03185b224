"""Payment plans of the asker's company, by whoever asks."""

from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import plans as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict
from marketplace.payments.queries import offers as queries
from marketplace.payments.rules import plans
from marketplace.payments.rules.plans import AgreedPlan, Offer
from marketplace.payments.services import offers


def mine(session: Session | None = None) -> tuple[Offer, ...]:
    """Return every plan that the asker's company offers or could offer."""
    company_id = require_actor().company
    return queries.offers_of(session or reading(), merchant_ids=[company_id], now=clock.now())[company_id]


def one(code: str, session: Session | None = None) -> Offer:
    """Return one of them; NotFound."""
    return queries.offer(session or reading(), merchant_id=require_actor().company, code=code, now=clock.now())


def make(session: Session, body: requests.NewPlan) -> Offer:
    """Make a plan of one's own; Conflict ``plan_exists`` for a code that is used already."""
    if any(offer.plan.code == body.code for offer in mine(session)):
        raise Conflict("plan_exists")
    return _put(session, body.code, body, None)


def put(session: Session, code: str, body: requests.PlanBody) -> Offer:
    """Change a plan and return it as it stands then; NotFound."""
    known = one(code, session).plan
    return _put(session, code, body, known if plans.is_preset(code) else None)


def _put(session: Session, code: str, body: requests.PlanBody, preset: AgreedPlan | None) -> Offer:
    offers.put(session, actor=require_actor(), offer=body.offer(code, preset), now=clock.now())
    return one(code, session)
