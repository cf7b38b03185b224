"""Ask the city and answer, by whoever asks."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.edge import limits
from marketplace.edge.acts.showroom import read_email
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.requests import enquiries as requests
from marketplace.exchange.rules.enquiries import Question
from marketplace.exchange.services import enquiries
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work

QUESTIONS_A_MINUTE: Final = 3


def ask(body: requests.QuestionBody, *, locale: str, key: str | None = None) -> UUID:
    """Keep a question; an address asks a few times a minute."""
    limits.brake("enquiry", most=QUESTIONS_A_MINUTE)
    question = Question(
        kind=body.kind,
        name=body.name,
        email=read_email(body.email),
        company=body.company or "",
        country=body.country or "",
        text=body.text,
        has_consented=body.consent,
    )
    given = {"actor": current_actor(), "question": question, "locale": locale, "key": key}
    return in_unit_of_work(lambda session: enquiries.ask(session, **given, now=clock.now()))


def take(session: Session, enquiry_id: UUID) -> None:
    """Take an enquiry."""
    enquiries.take(session, actor=require_actor(), enquiry_id=enquiry_id, now=clock.now())


def assign(session: Session, enquiry_id: UUID, body: requests.EnquiryOwner) -> None:
    """Give an enquiry to a colleague."""
    given = {"enquiry_id": enquiry_id, "person_id": body.person_id}
    enquiries.assign(session, actor=require_actor(), **given, now=clock.now())


def act(session: Session, enquiry_id: UUID, body: requests.EnquiryAct) -> None:
    """Answer or close an enquiry."""
    given = {"enquiry_id": enquiry_id, "action": body.action, "text": body.text}
    enquiries.act(session, actor=require_actor(), **given, now=clock.now())


def erase(session: Session, enquiry_id: UUID) -> None:
    """Delete who asked and what was written."""
    enquiries.erase(session, actor=require_actor(), enquiry_id=enquiry_id, now=clock.now())
