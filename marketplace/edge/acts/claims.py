"""Accepting goods and acts on claims, by whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution import queries as distribution
from marketplace.distribution.services import lateness
from marketplace.edge.acts import arrivals, returning
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.acts.returning import GoesBack
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
from marketplace.orders.arrivals import queries as arrival_queries
from marketplace.orders.arrivals.services import Shown
from marketplace.orders.claims import queries
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.queries import lines
from marketplace.orders.queries.lines import GoodsRow
from marketplace.orders.rules import returning as rules
from marketplace.orders.rules.claims import CLAIMS, Carrier, ClaimState, Owner, Respondent
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import acceptance, claims, remedying
from marketplace.payments.queries import card_returns, cards, payouts
from marketplace.payments.queries.card_returns import RefundStanding
from marketplace.payments.queries.payouts import ReturnRow
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class ClaimSeen:
    """A claim as one of its parties, or the operator, sees it, with what this reader may do.

    ``refund`` says how far the awarded money is on its way to a card, or back by the ``local_method`` that it came by,
    None where none goes that way; ``returns`` what the reader's company owes back, or is owed back, for this claim.
    """

    claim: ClaimRow
    goods: GoodsRow
    companies: Mapping[UUID, str]
    clocks: Mapping[UUID, str]
    files: Mapping[UUID, FileRow]
    acts: tuple[str, ...]
    refund: RefundStanding | None
    local_method: LocalMethod | None
    returns: tuple[ReturnRow, ...]
    back: GoesBack

    @property
    def side(self) -> Owner:
        """Which side of it the reader is: a party, or the operator."""
        mine = require_actor().company
        parties = {self.claim.claimant_id: Owner.CLAIMANT, self.claim.respondent_id: Owner.RESPONDENT}
        return parties.get(mine, Owner.OPERATOR)

    @property
    def is_of_the_order(self) -> bool:
        """Whether the reader's company has the order before it: its buyer, or the merchant who answers."""
        mine = require_actor().company
        by_merchant = self.claim.respondent is Respondent.MERCHANT and mine == self.claim.respondent_id
        return by_merchant or mine == self.claim.claimant_id


def accept(session: Session, line_id: UUID, body: requests.Acceptance, shown: Shown | None = None) -> None:
    """Accept delivered units of a line, give claims up about those named faulty, and show how they came."""
    named = {LineState.DAMAGED: body.damaged, LineState.LOST: body.lost}
    acceptance.accept_line(
        session,
        line_id=line_id,
        quantity=body.quantity,
        faulty={state: quantity for state, quantity in named.items() if quantity is not None},
        shown=shown or arrivals.shown(body),
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
            if row.payer_id == actor.company and not row.claim_id and line_id in {one.line_id for one in row.lines}
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
        promised=lateness.arrival_promise(session, line_id=line_id),
        odometer_km=body.odometer_km,
        with_arrival=body.with_arrival,
        actor=actor,
        now=clock.now(),
    )


def answer(session: Session, claim_id: UUID, body: requests.ClaimAmount) -> None:
    """Answer a claim with an offer."""
    claims.answer(
        session,
        claim_id=claim_id,
        offer=_amount(session, claim_id, body.amount, body.currency),
        remedy=body.remedy,
        text=body.text or "",
        actor=require_actor(),
        now=clock.now(),
    )


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
    claims.settle(
        session,
        claim_id=claim_id,
        amount=_amount(session, claim_id, body.amount, body.currency),
        remedy=body.remedy,
        actor=require_actor(),
        now=clock.now(),
    )


def send(session: Session, claim_id: UUID, body: requests.Word) -> None:
    """Say that what a claim ended with was sent."""
    remedying.send(session, claim_id=claim_id, text=body.text, actor=require_actor(), now=clock.now())


def confirm(session: Session, claim_id: UUID) -> None:
    """Say that what was sent came, and does."""
    remedying.confirm(session, claim_id=claim_id, actor=require_actor(), now=clock.now())


def contest(session: Session, claim_id: UUID, body: requests.Word) -> None:
    """Say that what was sent did not come, or does not do."""
    remedying.contest(session, claim_id=claim_id, text=body.text, actor=require_actor(), now=clock.now())


def withdraw(session: Session, claim_id: UUID) -> None:
    """Give a claim up."""
    claims.withdraw(session, claim_id=claim_id, actor=require_actor(), now=clock.now())


def escalate(session: Session, claim_id: UUID) -> None:
    """Ask the operator to decide."""
    claims.escalate(session, claim_id=claim_id, actor=require_actor(), now=clock.now())


def decide(session: Session, claim_id: UUID, body: requests.ClaimDecision) -> None:
    """Decide a claim as the operator."""
    claims.decide(
        session,
        claim_id=claim_id,
        amount=_amount(session, claim_id, body.amount, body.currency),
        remedy=body.remedy,
        text=body.text,
        actor=require_actor(),
        now=clock.now(),
    )


def many(session: Session, search: requests.ClaimsQuery) -> Page[ClaimRow]:
    """Return the claims this reader may see."""
    state = ClaimState(search.state) if search.state else None
    return queries.claims(session, company_id=seen_by(), state=state, cursor=search.cursor)


def look(session: Session, claim_id: UUID) -> ClaimSeen:
    """Return a claim with everything this reader may see of it and do; NotFound for who is no party."""
    row = queries.claim(session, company_id=seen_by(), claim_id=claim_id)
    goods = Subject(SubjectKind.ORDER, row.order_id)
    refund = card_returns.refunds_for(session, causes=[row.id]).get(row.id)
    return ClaimSeen(
        claim=row,
        goods=lines.goods_of(session, line_ids=[row.line_id])[row.line_id],
        companies=names(session, [row]),
        clocks=clocks(session, (row.claimant_id, row.respondent_id)),
        files=files.files(session, ids=row.evidence),
        acts=tuple(_acts(row)),
        refund=refund,
        local_method=cards.methods_of(session, subjects=[goods]).get(goods) if refund else None,
        returns=payouts.returns(session, company_id=require_actor().company, cause_id=row.id) if row.awarded else (),
        back=returning.look(session, row, decides=seen_by() is None),
    )


def has_arrival(line_id: UUID) -> bool:
    """Tell whether anything shows how the goods of a line came that was read before."""
    return bool(arrival_queries.arrivals(reading(), line_ids=[line_id]))


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
    gone = rules.is_gone(row.way)
    can = [name for name in CLAIMS.actions(row.state) if not (gone and name == "withdraw")]
    acts: list[str] = []
    if actor.company == row.respondent_id and actor.may(Permission.TRADE_CLAIM_ANSWER):
        acts += [name for name in can if name == "answer"]
    if actor.company == row.claimant_id and actor.may(Permission.TRADE_ORDER_ACCEPT):
        acts += [name for name in can if name in ("escalate", "withdraw") or (name == "settle" and row.can_be_taken)]
    party = actor.company in (row.claimant_id, row.respondent_id)
    right = Permission.TRADE_ORDER_ACCEPT if actor.company == row.claimant_id else Permission.TRADE_CLAIM_ANSWER
    if party and actor.may(right):
        acts += [name for name in can if name == "show"]
    if party and actor.may(right):
        sends = actor.company == row.sender_id
        told = rules.is_on_its_way(row.way)
        acts += [name for name in can if name == "send" and sends and not row.waits_for_lorry]
        acts += [name for name in can if name in ("confirm", "contest") and not sends and not told]
        acts = [name for name in acts if name != "contest" or not row.is_on_lorry]
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


def _amount(session: Session, claim_id: UUID, amount: Decimal | None, currency: str | None) -> Money | None:
    if amount is None:
        return None
    known = queries.claim(session, company_id=seen_by(), claim_id=claim_id)
    return money(amount, currency or known.value.currency)
