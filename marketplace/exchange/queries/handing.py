"""What a person has in hand for a company of what companies say to each other."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries.handovers import subjects_of
from marketplace.accounts.rules.handovers import Item, Kind
from marketplace.catalog.models import Listing
from marketplace.exchange.models.leads import Lead
from marketplace.exchange.models.lists import SavedList
from marketplace.exchange.models.remarks import Question
from marketplace.exchange.models.showroom import Booth, Exhibit, Tenancy
from marketplace.exchange.rules.leads import LeadState
from marketplace.exchange.rules.questions import QuestionState


def held(session: Session, company_id: UUID, person_id: UUID, _now: datetime) -> list[Item]:
    """Return a person's questions that wait for an answer, leads that are not closed, and saved lists."""
    mine = subjects_of(session, company_id=company_id, person_id=person_id)
    questions = session.execute(
        sa.select(Question.id, Listing.sku)
        .join(Listing, Listing.id == Question.listing_id)
        .where(
            Question.id.in_(mine[Kind.QUESTION]),
            Question.company_id == company_id,
            Question.state == QuestionState.WAITING,
        )
    ).all()
    leads = session.execute(
        sa.select(Lead.id, Booth.code, Listing.sku)
        .join(Exhibit, Exhibit.id == Lead.exhibit_id)
        .join(Listing, Listing.id == Exhibit.listing_id)
        .join(Tenancy, Tenancy.id == Exhibit.tenancy_id)
        .join(Booth, Booth.id == Tenancy.booth_id)
        .where(Lead.merchant_id == company_id, Lead.owner_id == person_id, Lead.state != LeadState.CLOSED)
    ).all()
    # A list's name is a person's words, which a hand-over does not keep.
    lists = session.execute(
        sa.select(SavedList.id, SavedList.created_at).where(
            SavedList.company_id == company_id, SavedList.person_id == person_id
        )
    ).all()
    return [
        *(Item(Kind.QUESTION, row.id, row.sku) for row in questions),
        *(Item(Kind.LEAD, row.id, f"{row.code} / {row.sku}") for row in leads),
        *(Item(Kind.SAVED_LIST, row.id, row.created_at.date().isoformat()) for row in lists),
    ]
