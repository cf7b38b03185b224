"""Accept goods, claim, answer and end claims over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint, after_this_request
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.claims import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import arrivals, bundles, returning
from marketplace.edge.acts import claims as acts
from marketplace.edge.requests import claims as requests
from marketplace.edge.requests.operations import BookingAgain
from marketplace.kernel.db import reading

api = Blueprint("api_claims", __name__)


@api.post("/order-lines/<uuid:line_id>/acceptance")
@operation(
    answers={204: None},
    tag="orders",
    permission=Permission.TRADE_ORDER_ACCEPT,
    body=requests.Acceptance,
    idempotent=True,
)
def accept(line_id: UUID, body: requests.Acceptance, session: Session) -> tuple[int, None]:
    """Accept delivered units of a line: all of them, or so many; faulty ones only where they are named."""
    acts.accept(session, line_id, body)
    return 204, None


@api.get("/order-lines/<uuid:line_id>/arrival/<uuid:file_id>")
@operation(answers={200: None}, tag="orders", permission=Permission.TRADE_ORDER_READ)
def arrival_file(line_id: UUID, file_id: UUID) -> tuple[int, Any]:
    """Give a picture or a logger's file that shows how goods of a line came."""
    return 200, arrivals.file(line_id, file_id)


@api.post("/order-lines/<uuid:line_id>/claims")
@operation(
    answers={201: answers.ClaimShown},
    tag="claims",
    permission=Permission.TRADE_ORDER_ACCEPT,
    body=requests.Claim,
    idempotent=True,
)
def open_claim(line_id: UUID, body: requests.Claim, session: Session) -> tuple[int, answers.ClaimShown]:
    """Claim about units of a line; merchant or carrier answers, by who bears the risk."""
    return 201, _shown(session, acts.open_claim(session, line_id, body))


@api.get("/claims")
@operation(
    answers={200: Items[answers.Claim]},
    tag="claims",
    permission=Permission.TRADE_CLAIM_READ,
    query=requests.ClaimsQuery,
)
def many(query: requests.ClaimsQuery) -> tuple[int, Items[answers.Claim]]:
    """List the claims that one's company makes or answers; all of them to who decides them."""
    page = acts.many(reading(), query).map(answers.Claim.of)
    return 200, Items[answers.Claim](items=list(page.items), next=page.next)


@api.get("/claims/stranded")
@operation(answers={200: Items[answers.Claim]}, tag="claims", permission=Permission.LOGISTICS_DEPARTURE_OPERATE)
def stranded() -> tuple[int, Items[answers.Claim]]:
    """List the claims whose goods lie at a hub without a lorry that takes them back; each is booked again."""
    return 200, Items[answers.Claim](items=[answers.Claim.of(row) for row in returning.stranded()])


@api.get("/claims/<uuid:claim_id>")
@operation(answers={200: answers.ClaimShown}, tag="claims", permission=Permission.TRADE_CLAIM_READ)
def one(claim_id: UUID) -> tuple[int, answers.ClaimShown]:
    """Show a claim with what was said and shown."""
    return 200, _shown(reading(), claim_id)


@api.get("/claims/<uuid:claim_id>/evidence/<uuid:file_id>")
@operation(answers={200: None}, tag="claims", permission=Permission.TRADE_CLAIM_READ)
def evidence(claim_id: UUID, file_id: UUID) -> tuple[int, Any]:
    """Give a file of a claim's evidence."""
    return 200, acts.evidence(claim_id, file_id)


@api.get("/claims/<uuid:claim_id>/bundle")
@operation(answers={200: None}, tag="claims", permission=Permission.TRADE_CLAIM_READ)
def bundle(claim_id: UUID) -> tuple[int, Any]:
    """Give everything about a claim that the asker may see as one ZIP: facts, papers, evidence, and their hashes."""
    answer = bundles.bundle(claim_id)
    # The description reads every answer into memory before it is sent; this one goes out piece by piece in its place.
    after_this_request(lambda _empty: answer)
    return 200, None


@api.post("/claims/<uuid:claim_id>/evidence")
@operation(
    answers={200: answers.ClaimShown},
    tag="claims",
    permission=Permission.TRADE_CLAIM_READ,
    body=requests.Evidence,
    idempotent=True,
)
def add_evidence(claim_id: UUID, body: requests.Evidence, session: Session) -> tuple[int, answers.ClaimShown]:
    """Put files beside an open claim, as the one who claims or the one who answers; nothing is taken back."""
    acts.add_evidence(session, claim_id, body)
    return 200, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/answer")
@operation(
    answers={200: answers.ClaimShown},
    tag="claims",
    permission=Permission.TRADE_CLAIM_ANSWER,
    body=requests.ClaimAmount,
    idempotent=True,
)
def answer(claim_id: UUID, body: requests.ClaimAmount, session: Session) -> tuple[int, answers.ClaimShown]:
    """Answer a claim: offer nothing, a part or all of it."""
    acts.answer(session, claim_id, body)
    return 200, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/settlement")
@operation(
    answers={200: answers.ClaimShown},
    tag="claims",
    permission=Permission.TRADE_ORDER_ACCEPT,
    body=requests.Settlement,
    idempotent=True,
)
def settle(claim_id: UUID, body: requests.Settlement, session: Session) -> tuple[int, answers.ClaimShown]:
    """Take the offer that stands."""
    acts.settle(session, claim_id, body)
    return 200, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/withdrawal")
@operation(answers={200: answers.ClaimShown}, tag="claims", permission=Permission.TRADE_ORDER_ACCEPT, idempotent=True)
def withdraw(claim_id: UUID, session: Session) -> tuple[int, answers.ClaimShown]:
    """Give a claim up."""
    acts.withdraw(session, claim_id)
    return 200, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/escalation")
@operation(answers={200: answers.ClaimShown}, tag="claims", permission=Permission.TRADE_ORDER_ACCEPT, idempotent=True)
def escalate(claim_id: UUID, session: Session) -> tuple[int, answers.ClaimShown]:
    """Ask the operator to decide."""
    acts.escalate(session, claim_id)
    return 200, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/decision")
@operation(
    answers={200: answers.ClaimShown},
    tag="claims",
    permission=Permission.OPERATOR_CLAIM_DECIDE,
    body=requests.ClaimDecision,
    idempotent=True,
)
def decide(claim_id: UUID, body: requests.ClaimDecision, session: Session) -> tuple[int, answers.ClaimShown]:
    """Decide an escalated claim, with the reason that both sides read."""
    acts.decide(session, claim_id, body)
    return 200, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/sending")
@operation(
    answers={200: answers.ClaimShown},
    tag="claims",
    permission=Permission.TRADE_CLAIM_READ,
    body=requests.Word,
    idempotent=True,
)
def send(claim_id: UUID, body: requests.Word, session: Session) -> tuple[int, answers.ClaimShown]:
    """Say as its sender that parts, other goods, or goods that go back are on their way, and how."""
    acts.send(session, claim_id, body)
    return 200, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/confirmation")
@operation(answers={200: answers.ClaimShown}, tag="claims", permission=Permission.TRADE_CLAIM_READ, idempotent=True)
def confirm(claim_id: UUID, session: Session) -> tuple[int, answers.ClaimShown]:
    """Say as its receiver that what was sent came, and does: the claim is settled."""
    acts.confirm(session, claim_id)
    return 200, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/contest")
@operation(
    answers={200: answers.ClaimShown},
    tag="claims",
    permission=Permission.TRADE_CLAIM_READ,
    body=requests.Word,
    idempotent=True,
)
def contest(claim_id: UUID, body: requests.Word, session: Session) -> tuple[int, answers.ClaimShown]:
    """Say as its receiver that what was sent did not come, or does not do: the operator decides about money."""
    acts.contest(session, claim_id, body)
    return 200, _shown(session, claim_id)


@api.get("/claims/<uuid:claim_id>/departures")
@operation(answers={200: Items[answers.ReturnDeparture]}, tag="claims", permission=Permission.TRADE_CLAIM_READ)
def departures(claim_id: UUID) -> tuple[int, Items[answers.ReturnDeparture]]:
    """List the departures on which goods may go back over the border, by arrival: in time, with room."""
    found = [answers.ReturnDeparture.of(row) for row in returning.options(claim_id)]
    return 200, Items[answers.ReturnDeparture](items=found)


@api.post("/claims/<uuid:claim_id>/booking")
@operation(
    answers={201: answers.ClaimShown},
    tag="claims",
    permission=Permission.TRADE_CLAIM_READ,
    body=BookingAgain,
    idempotent=True,
)
def book(claim_id: UUID, body: BookingAgain, session: Session) -> tuple[int, answers.ClaimShown]:
    """Book goods that go back on a departure, as their sender or the operator; whoever answers owes the freight."""
    returning.book(session, claim_id, body)
    return 201, _shown(session, claim_id)


@api.post("/claims/<uuid:claim_id>/booking/cancellation")
@operation(answers={200: answers.ClaimShown}, tag="claims", permission=Permission.TRADE_CLAIM_READ, idempotent=True)
def give_up_booking(claim_id: UUID, session: Session) -> tuple[int, answers.ClaimShown]:
    """Let the booking of goods that are not at the hub yet go; its room is free, nothing of its freight is owed."""
    returning.give_up(session, claim_id)
    return 200, _shown(session, claim_id)


def _shown(session: Session, claim_id: UUID) -> answers.ClaimShown:
    return answers.ClaimShown.seen(acts.look(session, claim_id))
