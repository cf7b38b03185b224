"""Letters about what companies say to each other and to the city: questions, reviews, notes, prices, leads."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.catalog.customer_prices.queries import requests as price_requests
from marketplace.catalog.customer_prices.queries.requests import RequestRow
from marketplace.catalog.customer_prices.rules.requests import RequestState
from marketplace.catalog.rules.texts import in_language
from marketplace.exchange.queries import enquiries, leads, questions, remarks, reviews, storefronts
from marketplace.exchange.rules.enquiries import EnquiryState
from marketplace.exchange.rules.leads import LeadState
from marketplace.exchange.rules.questions import QuestionState
from marketplace.exchange.rules.remarks import RemarkKind
from marketplace.exchange.rules.storefronts import FrontState
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.queries import orders

# Where an author reads what became of a remark.
_WRITTEN_AT: Final = {
    RemarkKind.QUESTION: "/account/questions",
    RemarkKind.ANSWER: "/merchant/questions?state=answered",
    RemarkKind.REVIEW: "/account/reviews",
    RemarkKind.REPLY: "/merchant/reviews",
}


def note_shared(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the other side of an order of a note it may read."""
    author = accounts.get_company(session, company_id=UUID(job["author"]))
    for row in orders.by_id(session, order_ids=[UUID(job["order"])]).values():
        facts = {"company": author.name, "reference": row.reference, "path": f"/orders/{row.id}/notes"}
        yield Letter(UUID(job["reader"]), facts)


def enquiry_waits(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the operator of an enquiry that nobody answered in time."""
    row = enquiries.enquiry(session, enquiry_id=UUID(job["enquiry"]))
    if row.state is EnquiryState.OPEN:
        facts = {"reference": row.reference, "until": row.due_at or "", "path": f"/operator/enquiries/{row.id}"}
        for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
            yield Letter(house.id, facts)


def lead(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a tenant of a visitor whom nobody answered yet; the letter itself names nobody."""
    row = leads.lead(session, lead_id=UUID(job["lead"]), merchant_id=None)
    if row.state is LeadState.NEW:
        facts = {"item": row.sku, "until": row.due_at, "path": f"/merchant/leads/{row.id}"}
        yield Letter(row.merchant_id, facts)


def storefront_decided(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a merchant what became of what it says of itself."""
    row = storefronts.version(session, version_id=UUID(job["version"]))
    facts = {"state": row.state.value, "reason": row.reason, "path": "/merchant/storefront"}
    yield Letter(row.company_id, facts)


def storefront_waits(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell who looks at storefronts of one that waits too long."""
    row = storefronts.version(session, version_id=UUID(job["version"]))
    if row.state is FrontState.PENDING:
        facts = {"company": row.company, "until": row.due_at, "path": f"/operator/storefronts/{row.id}"}
        for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
            yield Letter(house.id, facts)


def question_asked(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a merchant of a question that waits, or still waits."""
    row = questions.told(session, question_id=UUID(job["question"]))
    if row.state is QuestionState.WAITING:
        facts = {"goods": in_language(row.titles, "en", row.source_locale), "company": row.company, "until": row.due_at}
        yield Letter(row.merchant_id, facts | {"path": f"/merchant/questions/{row.id}"})


def question_answered(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell whoever asked."""
    row = questions.told(session, question_id=UUID(job["question"]))
    facts = {"goods": in_language(row.titles, "en", row.source_locale), "merchant": row.merchant}
    yield Letter(row.company_id, facts | {"path": "/account/questions"})


def remark_hidden(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the author of what was hidden, and why."""
    row = remarks.remark(session, remark_id=UUID(job["remark"]))
    if row.hidden_at is not None:
        facts = {"goods": in_language(row.titles, "en", row.source_locale), "reason": row.hidden_because}
        yield Letter(row.company_id, facts | {"kind": row.kind.value, "path": _WRITTEN_AT[row.kind]})


def price_asked(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a merchant who asks for his price, while it waits."""
    row = price_requests.request(session, request_id=UUID(job["request"]))
    if row.state is RequestState.OPEN:
        facts = _of_request(row) | {"buyer": row.company, "until": row.due_at, "path": "/merchant/price-requests"}
        yield Letter(row.merchant_id, facts)


def price_answered(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell whoever asked for a price what became of it."""
    row = price_requests.request(session, request_id=UUID(job["request"]))
    facts = {"merchant": row.merchant, "state": row.state.value, "path": f"/products/{row.listing_id}"}
    yield Letter(row.company_id, _of_request(row) | facts)


def _of_request(row: RequestRow) -> dict[str, Any]:
    return {"item": row.titles.get(row.source_locale) or row.sku, "amount": str(row.quantity), "unit": row.unit}


def review_written(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a merchant of a review of his goods."""
    review_id = UUID(job["review"])
    row = reviews.told(session, review_id=review_id)
    goods = in_language(row.titles, "en", row.source_locale)
    yield Letter(row.merchant_id, {"goods": goods, "path": f"/merchant/reviews/{review_id}"})


def review_replied(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a reviewer of the merchant's reply."""
    row = reviews.told(session, review_id=UUID(job["review"]))
    goods = in_language(row.titles, "en", row.source_locale)
    yield Letter(row.company_id, {"goods": goods, "path": f"/account/reviews/{row.line_id}"})
