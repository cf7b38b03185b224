"""Cargo insurance by whoever asks: offers, insurances and claims of one's company; all of them for the operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.checkout.rules.cart import Bundle, Cart
from marketplace.checkout.services import insuring
from marketplace.distribution.insuring.services import claiming, offering
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import insurance as requests
from marketplace.edge.requests.payments import money
from marketplace.files import queries as stored
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page
from marketplace.logistics.insurance.queries import certificates, covers
from marketplace.logistics.insurance.queries import claims as claim_queries
from marketplace.logistics.insurance.queries.certificates import InsuranceRow
from marketplace.logistics.insurance.queries.claims import InsuranceClaimRow
from marketplace.logistics.insurance.queries.covers import CoverRow, Offer
from marketplace.logistics.insurance.rules.covering import Terms
from marketplace.logistics.insurance.services import claims
from marketplace.logistics.insurance.services import covers as cover_services
from marketplace.logistics.insurance.services.claims import Survey
from marketplace.logistics.insurance.services.covers import NewCover
from marketplace.orders.queries import lines, orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.papers import queries as papers
from marketplace.papers.queries import DocumentRow
from marketplace.papers.rules.documents import PaperKind


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """The insurance of an order as one side sees it; ``may_take`` whether it is the reader's to take."""

    order: OrderRow
    lines: tuple[LineRow, ...]
    value: Money
    insurance: InsuranceRow | None
    offers: tuple[Offer, ...]
    may_take: bool
    by_seller: bool
    claims: tuple[InsuranceClaimRow, ...]
    certificates: tuple[DocumentRow, ...]


@dataclass(frozen=True, slots=True)
class ClaimSeen:
    """A claim with its insurance and the names of companies; ``side`` is ``insurer``, ``claimant`` or ``operator``."""

    row: InsuranceClaimRow
    insurance: InsuranceRow
    names: Mapping[UUID, str]
    side: str


def of_cart(cart: Cart) -> dict[str, tuple[Offer, ...]]:
    """Return what insurance is offered for each bundle of a cart, by its key; nothing where the seller insures."""
    session, now = reading(), clock.now()
    rows = covers.covers(session)
    return {bundle.key: insuring.offers(session, rows=rows, bundle=bundle, now=now) for bundle in cart.bundles}


def is_insured_by_seller(bundle: Bundle) -> bool:
    """Tell whether a bundle's price basis binds its seller to insure the goods."""
    return insuring.is_insured_by_seller(bundle.incoterm)


def look(order_id: UUID) -> OrderSeen:
    """Return the insurance of an order of the asker's company; NotFound for any other."""
    session, company_id, now = reading(), require_actor().company, clock.now()
    order = orders.order(session, company_id=company_id, order_id=order_id)
    found = offering.insurable(session, order_id=order_id, now=now)
    row = certificates.of_order(session, order_id=order_id)
    mine = row if row and company_id in (row.insured_id, row.beneficiary_id) else None
    is_mine = company_id == (found.by_rule or order.buyer_id)
    ids = [line.id for line in found.lines]
    issued = papers.dossier(session, subjects=[("order_line", line_id) for line_id in ids], company_id=company_id)
    return OrderSeen(
        order=order,
        lines=lines.lines_for(session, order=order),
        value=found.value,
        insurance=mine,
        offers=offering.offers_for(session, found=found, now=now) if is_mine and row is None else (),
        may_take=is_mine and row is None,
        by_seller=found.by_rule is not None,
        claims=tuple(
            claim
            for line_id in ids
            for claim in claim_queries.of_line(session, line_id=line_id)
            if company_id == claim.claimant_id
        ),
        certificates=tuple(
            one
            for one in issued.documents
            if one.kind is PaperKind.INSURANCE_CERTIFICATE and one.id not in issued.superseded
        ),
    )


def take(session: Session, order_id: UUID, body: requests.Taking) -> InsuranceRow:
    """Insure the goods of an order."""
    declared = None
    if body.declared_value is not None:
        order = orders.order(session, company_id=require_actor().company, order_id=order_id)
        declared = money(body.declared_value, order.total.currency, field="declared_value")
    return offering.take(
        session, order_id=order_id, cover_id=body.cover, declared=declared, actor=require_actor(), now=clock.now()
    )


def void(session: Session, insurance_id: UUID) -> None:
    """Void an insurance before its risk begins."""
    offering.void(session, insurance_id=insurance_id, actor=require_actor(), now=clock.now())


def insurances(cursor: str | None) -> Page[InsuranceRow]:
    """Return the insurances of the asker's company; the operator's people see all."""
    return certificates.insurances(reading(), company_id=_whose(), cursor=cursor)


def insurance(insurance_id: UUID) -> InsuranceRow:
    """Return an insurance of the asker's company; NotFound for any other."""
    return certificates.insurance(reading(), insurance_id=insurance_id, company_id=_whose())


def insurance_claims(cursor: str | None) -> Page[InsuranceClaimRow]:
    """Return the claims that the asker's company made or answers; the operator's people see all."""
    return claim_queries.claims(reading(), company_id=_whose(), cursor=cursor)


def claim(claim_id: UUID) -> ClaimSeen:
    """Return a claim of the asker's company; NotFound for any other."""
    session, whose = reading(), _whose()
    row = claim_queries.claim(session, claim_id=claim_id, company_id=whose)
    insured = certificates.insurance(session, insurance_id=row.insurance_id, company_id=None)
    side = "operator" if whose is None else "insurer" if whose == row.insurer_id else "claimant"
    return ClaimSeen(row, insured, names([row.insurer_id, row.claimant_id]), side)


def open_claim(session: Session, insurance_id: UUID, body: requests.NewClaim) -> UUID:
    """Open a claim against the insurer."""
    row = certificates.insurance(session, insurance_id=insurance_id, company_id=require_actor().company)
    wanted = claiming.Wanted(
        line_id=body.line_id,
        amount=money(body.amount, row.insured.currency),
        said=body.said,
        claim_id=body.claim,
    )
    return claiming.open_claim(
        session, insurance_id=insurance_id, wanted=wanted, actor=require_actor(), now=clock.now()
    )


def show(session: Session, claim_id: UUID, body: requests.Showing) -> None:
    """Put a document to a claim."""
    claiming.show_file(
        session,
        claim_id=claim_id,
        evidence=body.evidence,
        file_id=body.file_id,
        actor=require_actor(),
        now=clock.now(),
    )


def show_by_form(claim_id: UUID, body: requests.FormShowing) -> None:
    """Put the file in this request to a claim."""
    claim(claim_id)
    upload = files.received(purpose=Purpose.EVIDENCE)
    with unit_of_work() as session:
        show(session, claim_id, requests.Showing(evidence=body.evidence, file_id=files.keep(session, upload)))


def survey(session: Session, claim_id: UUID, body: requests.Surveying) -> None:
    """Write down what a surveyor found."""
    found = Survey(body.surveyed_on, body.surveyor, body.findings)
    claims.survey(session, claim_id=claim_id, survey=found, actor=require_actor(), now=clock.now())


def decide(session: Session, claim_id: UUID, body: requests.Deciding) -> None:
    """Accept a claim at an amount, or refuse it."""
    row = claim_queries.claim(session, claim_id=claim_id, company_id=require_actor().company)
    accepted = None if body.accepted is None else money(body.accepted, row.amount.currency, field="accepted")
    claims.decide(
        session, claim_id=claim_id, accepted=accepted, said=body.said or "", actor=require_actor(), now=clock.now()
    )


def pay(session: Session, claim_id: UUID, body: requests.Paying) -> bool:
    """Record the insurer's payment; tell whether it settles the claim."""
    return claiming.pay(
        session,
        claim_id=claim_id,
        reference=body.reference,
        paid_on=body.paid_on,
        actor=require_actor(),
        now=clock.now(),
    )


def claim_file(claim_id: UUID, file_id: UUID) -> object:
    """Answer with a file of a claim, to claimant, insurer and operator; NotFound for any other."""
    row = claim_queries.claim(reading(), claim_id=claim_id, company_id=_whose())
    found = next((one for one in row.files if one.id == file_id and one.file_id is not None), None)
    if found is None or found.file_id is None:
        raise NotFound("file")
    return files.give(stored.get_any(reading(), file_id=found.file_id))


def offered() -> tuple[CoverRow, ...]:
    """Return what every insurer offers."""
    return covers.covers(reading())


def insurers() -> Sequence[tuple[UUID, str]]:
    """Return the insurers of the city by name."""
    found = accounts.companies_of_kind(reading(), kind=CompanyKind.INSURER)
    return sorted(((company.id, company.name) for company in found), key=lambda one: one[1])


def write_cover(session: Session, body: requests.NewCover) -> UUID:
    """Write down what an insurer offers."""
    terms = Terms(
        clauses=body.clauses,
        rate_ppm=requests.ppm(body.rate_permille),
        minimum=money(body.minimum, body.currency, field="minimum"),
        limit=money(body.limit, body.currency, field="limit"),
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        excluded=tuple(code.replace(".", "") for code in body.excluded if code),
        takes_dangerous=body.takes_dangerous,
    )
    cover = NewCover(
        insurer_id=body.insurer,
        policy_number=body.policy_number,
        terms=terms,
        kind=body.kind,
        is_fictitious=body.fictitious,
    )
    return cover_services.write(session, cover=cover, actor=require_actor(), now=clock.now())


def names(company_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return what companies are called."""
    found = accounts.get_companies(reading(), company_ids=list(company_ids))
    return {key: company.name for key, company in found.items()}


def _whose() -> UUID | None:
    """Return whose insurances the asker reads: its company's, None for the operator's people who run lorries."""
    actor = require_actor()
    return None if actor.may(Permission.LOGISTICS_DEPARTURE_OPERATE) else actor.company
