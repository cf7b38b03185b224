"""Accepting goods and acts on claims, by whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution import queries as distribution
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import claims as requests
from marketplace.edge.requests.payments import money
from marketplace.files import queries as files
from marketplace.files.queries import FileRow
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page
from marketplace.orders.claims import queries
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.queries import lines
from marketplace.orders.rules.claims import CLAIMS, Carrier, ClaimState
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import acceptance, claims
from marketplace.payments.queries import card_returns, payouts
from marketplace.payments.queries.card_returns import RefundStanding
from marketplace.payments.queries.payouts import ReturnRow


@dataclass(frozen=True, slots=True)
class ClaimSeen:
    """A claim as one of its parties, or the operator, sees it, with what this reader may do.

    ``refund`` says how far the awarded money is on its way to a card, None where none goes that way; ``returns`` what
    the reader's company owes back, or is owed back, for this claim.
    """

    claim: ClaimRow
    companies: Mapping[UUID, str]
    clocks: Mapping[UUID, str]
    files: Mapping[UUID, FileRow]
    acts: tuple[str, ...]
    refund: RefundStanding | None
    returns: tuple[ReturnRow, ...]


def accept(session: Session, line_id: UUID, body: requests.Acceptance) -> None:
    """Accept delivered units of a line, and give claims up about those named faulty."""
    named = {LineState.DAMAGED: body.damaged, LineState.LOST: body.lost}
    acceptance.accept_line(
        session,
        line_id=line_id,
        quantity=body.quantity,
        faulty={state: quantity for state, quantity in named.items() if quantity is not None},
        actor=require_actor(),
        now=clock.now(),
    )


def open_claim(session: Session, line_id: UUID, body: requests.Claim, *, more: Sequence[UUID] = ()) -> UUID:
    """Claim about units of a line; what happened on the way may be the carrier's to answer."""
    actor = require_actor()
    line = lines.line(session, company_id=actor.company, line_id=line_id)
    contracts = distribution.contracts_of(session, order_ids=[line.order_id])[line.order_id]
    carrier = next(
        (
            Carrier(row.carrier_id, row.id)
            for row in contracts
            if row.payer_id == actor.company and line_id in {one.line_id for one in row.lines}
        ),
        None,
    )
    return claims.open_claim(
        session,
        line_id=line_id,
        reason=body.reason,
        quantity=body.quantity,
        text=body.text,
        evidence=[*body.evidence, *more],
        carrier=carrier,
        actor=actor,
        now=clock.now(),
    )


def answer(session: Session, claim_id: UUID, body: requests.ClaimAmount) -> None:
    """Answer a claim with an offer."""
    offer = _amount(session, claim_id, body.amount, body.currency)
    claims.answer(session, claim_id=claim_id, offer=offer, text=body.text or "", actor=require_actor(), now=clock.now())


def add_evidence(
    session: Session, claim_id: UUID, body: requests.Evidence | requests.EvidenceForm, *, more: Sequence[UUID] = ()
) -> None:
    """Put files beside a claim, as either side; ``more`` are those that came with the form."""
    chosen = list(body.evidence) if isinstance(body, requests.Evidence) else []
    claims.add_evidence(
        session,
        claim_id=claim_id,
        evidence=[*chosen, *more],
        text=body.text or "",
        actor=require_actor(),
        now=clock.now(),
    )


def settle(session: Session, claim_id: UUID, body: requests.Settlement) -> None:
    """Take the standing offer."""
    amount = None if body.amount is None else _amount(session, claim_id, body.amount, body.currency)
    claims.settle(session, claim_id=claim_id, amount=amount, actor=require_actor(), now=clock.now())


def withdraw(session: Session, claim_id: UUID) -> None:
    """Give a claim up."""
    claims.withdraw(session, claim_id=claim_id, actor=require_actor(), now=clock.now())


def escalate(session: Session, claim_id: UUID) -> None:
    """Ask the operator to decide."""
    claims.escalate(session, claim_id=claim_id, actor=require_actor(), now=clock.now())


def decide(session: Session, claim_id: UUID, body: requests.ClaimAmount) -> None:
    """Decide a claim as the operator."""
    amount = _amount(session, claim_id, body.amount, body.currency)
    claims.decide(
        session, claim_id=claim_id, amount=amount, text=body.text or "", actor=require_actor(), now=clock.now()
    )


def many(session: Session, search: requests.ClaimsQuery) -> Page[ClaimRow]:
    """Return the claims this reader may see."""
    state = ClaimState(search.state) if search.state else None
    return queries.claims(session, company_id=seen_by(), state=state, cursor=search.cursor)


def look(session: Session, claim_id: UUID) -> ClaimSeen:
    """Return a claim with everything this reader may see of it and do; NotFound for who is no party."""
    row = queries.claim(session, company_id=seen_by(), claim_id=claim_id)
    refund = card_returns.refunds_for(session, causes=[row.id]).get(row.id)
    return ClaimSeen(
        claim=row,
        companies=names(session, [row]),
        clocks=clocks(session, (row.claimant_id, row.respondent_id)),
        files=files.files(session, ids=row.evidence),
        acts=tuple(_acts(row)),
        refund=refund,
        returns=payouts.returns(session, company_id=require_actor().company, cause_id=row.id) if row.awarded else (),
    )


def names(session: Session, rows: Sequence[ClaimRow]) -> Mapping[UUID, str]:
    """Return the names of the parties."""
    ids = {company for row in rows for company in (row.claimant_id, row.respondent_id)}
    return {key: found.name for key, found in accounts.get_companies(session, company_ids=ids).items()}


def evidence(claim_id: UUID, file_id: UUID) -> object:
    """Give a file of a claim's evidence to who may see the claim."""
    session = reading()
    if file_id not in queries.claim(session, company_id=seen_by(), claim_id=claim_id).evidence:
        raise NotFound("file")
    return file_acts.give(files.get_any(session, file_id=file_id))


def _acts(row: ClaimRow) -> list[str]:
    actor = require_actor()
    can = CLAIMS.actions(row.state)
    acts: list[str] = []
    if actor.company == row.respondent_id and actor.may(Permission.TRADE_CLAIM_ANSWER):
        acts += [name for name in can if name == "answer"]
    if actor.company == row.claimant_id and actor.may(Permission.TRADE_ORDER_ACCEPT):
        acts += [name for name in can if name in ("escalate", "withdraw") or (name == "settle" and row.offer)]
    party = actor.company in (row.claimant_id, row.respondent_id)
    right = Permission.TRADE_ORDER_ACCEPT if actor.company == row.claimant_id else Permission.TRADE_CLAIM_ANSWER
    if party and actor.may(right):
        acts += [name for name in can if name == "show"]
    if actor.may(Permission.OPERATOR_CLAIM_DECIDE) and not party:
        acts += [name for name in can if name == "decide"]
    return acts


def seen_by() -> UUID | None:
    """Return whose claims the reader sees: his company's, or all (None) where he decides them."""
    actor = require_actor()
    if actor.may(Permission.OPERATOR_CLAIM_DECIDE):
        return None
    actor.must(Permission.TRADE_CLAIM_READ)
    return actor.company


def _amount(session: Session, claim_id: UUID, amount: Decimal, currency: str | None) -> Money:
    known = queries.claim(session, company_id=seen_by(), claim_id=claim_id)
    return money(amount, currency or known.value.currency)
