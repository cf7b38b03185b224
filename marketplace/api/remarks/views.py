"""Questions and other remarks about goods over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.remarks import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.catalog.queries import shelf
from marketplace.edge.acts import remarks as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import remarks as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.exchange.queries import questions, remarks
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_remarks", __name__)

_ASK = Permission.EXCHANGE_QUESTION_ASK
_ANSWER = Permission.EXCHANGE_ANSWER_WRITE
_MODERATE = Permission.OPERATOR_LISTING_MODERATE


@api.get("/listings/<uuid:listing_id>/questions")
@operation(
    answers={200: Items[answers.PublicQuestion]},
    tag="questions",
    public_because="what is answered in public is there to be read",
    query=CursorQuery,
)
def shown(listing_id: UUID, query: CursorQuery) -> tuple[int, Items[answers.PublicQuestion]]:
    """List the answered public questions about a live listing, newest first."""
    session = reading()
    shelf.listing(session, listing_id=listing_id, viewer=None)
    page = questions.shown(session, listing_id=listing_id, cursor=query.cursor, size=questions.PAGE)
    return 200, Items[answers.PublicQuestion](
        items=[answers.PublicQuestion.of(row) for row in page.items], next=page.next
    )


@api.post("/listings/<uuid:listing_id>/questions")
@operation(answers={201: Created}, tag="questions", permission=_ASK, body=requests.Question)
def ask(listing_id: UUID, body: requests.Question) -> tuple[int, Created]:
    """Ask the merchant, ``private`` for him alone; in public nobody reads who asked, nor a word before the answer."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.ask(session, listing_id, body)))


@api.get("/questions")
@operation(answers={200: Items[answers.Question]}, tag="questions", permission=_ASK, query=CursorQuery)
def asked(query: CursorQuery) -> tuple[int, Items[answers.Question]]:
    """List what the company asked, newest first."""
    return 200, _page(questions.asked(reading(), company_id=require_actor().company, cursor=query.cursor))


@api.post("/questions/<uuid:question_id>/withdrawal")
@operation(answers={204: None}, tag="questions", permission=_ASK)
def withdraw(question_id: UUID) -> tuple[int, None]:
    """Take back a question that nobody answered yet."""
    in_unit_of_work(lambda session: acts.withdraw(session, question_id))
    return 204, None


@api.get("/questions/received")
@operation(answers={200: Items[answers.Question]}, tag="questions", permission=_ANSWER, query=requests.Owed)
def owed(query: requests.Owed) -> tuple[int, Items[answers.Question]]:
    """List questions about the company's goods in a state: those that wait oldest first, others newest first."""
    page = questions.owed(reading(), merchant_id=require_actor().company, state=query.state, cursor=query.cursor)
    return 200, _page(page)


@api.post("/questions/<uuid:question_id>/answer")
@operation(answers={204: None}, tag="questions", permission=_ANSWER, body=requests.Answer)
def answer(question_id: UUID, body: requests.Answer) -> tuple[int, None]:
    """Answer a question, once; the answer to a public one is read by everybody."""
    in_unit_of_work(lambda session: acts.answer(session, question_id, body))
    return 204, None


@api.get("/remarks")
@operation(answers={200: Items[answers.Remark]}, tag="moderation", permission=_MODERATE, query=requests.Remarks)
def said(query: requests.Remarks) -> tuple[int, Items[answers.Remark]]:
    """List what companies said in public, newest first."""
    page = remarks.public(reading(), hidden=query.hidden, cursor=query.cursor)
    return 200, Items[answers.Remark](items=[answers.Remark.of(row) for row in page.items], next=page.next)


@api.post("/remarks/<uuid:remark_id>/hiding")
@operation(answers={204: None}, tag="moderation", permission=_MODERATE, body=requests.Hiding)
def hide(remark_id: UUID, body: requests.Hiding) -> tuple[int, None]:
    """Hide a remark from the public; its author is told the reason. Again changes nothing."""
    in_unit_of_work(lambda session: acts.hide(session, remark_id, body))
    return 204, None


@api.delete("/remarks/<uuid:remark_id>/hiding")
@operation(answers={204: None}, tag="moderation", permission=_MODERATE)
def show_again(remark_id: UUID) -> tuple[int, None]:
    """Show a hidden remark again."""
    in_unit_of_work(lambda session: acts.show_again(session, remark_id))
    return 204, None


def _page(page: questions.Page[questions.QuestionRow]) -> Items[answers.Question]:
    return Items[answers.Question](items=[answers.Question.of(row) for row in page.items], next=page.next)
