"""Questions, answers and other remarks about goods, by whoever asks."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.catalog.rules.imported import language_of_text
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import remarks as requests
from marketplace.exchange.services import questions, remarks
from marketplace.kernel import clock


def ask(session: Session, listing_id: UUID, body: requests.Question, *, reads: str | None = None) -> UUID:
    """Ask about a listing for the asker's company; return the question's id. ``reads``: the page's language."""
    return questions.ask(
        session,
        actor=require_actor(),
        listing_id=listing_id,
        text=body.text,
        language=language_of(session, body.text, body.language, reads),
        is_private=body.private,
        now=clock.now(),
    )


def answer(session: Session, question_id: UUID, body: requests.Answer, *, reads: str | None = None) -> None:
    """Answer a question about goods of the asker's company."""
    questions.answer(
        session,
        actor=require_actor(),
        question_id=question_id,
        text=body.text,
        language=language_of(session, body.text, body.language, reads),
        now=clock.now(),
    )


def withdraw(session: Session, question_id: UUID) -> None:
    """Take back a question of the asker's company."""
    questions.withdraw(session, actor=require_actor(), question_id=question_id, now=clock.now())


def hide(session: Session, remark_id: UUID, body: requests.Hiding) -> None:
    """Hide a remark from the public."""
    remarks.hide(session, actor=require_actor(), remark_id=remark_id, reason=body.reason, now=clock.now())


def show_again(session: Session, remark_id: UUID) -> None:
    """Show a hidden remark again."""
    remarks.show_again(session, actor=require_actor(), remark_id=remark_id, now=clock.now())


def language_of(session: Session, text: str, named: str | None, reads: str | None) -> str:
    """Return the language of a text: as named, else as its letters show, else that of the page, else the writer's."""
    if named is not None:
        return named
    own = reads or accounts.get_person(session, person_id=require_actor().person).locale
    return language_of_text(text, own)
