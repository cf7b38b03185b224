"""What the API says of cargo insurance."""

from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts import insurance as acts
from marketplace.logistics.insurance.queries.certificates import InsuranceRow
from marketplace.logistics.insurance.queries.claims import InsuranceClaimRow
from marketplace.logistics.insurance.queries.covers import CoverRow
from marketplace.logistics.insurance.queries.covers import Offer as OfferRow


class Cover(Answer):
    """What an insurer offers; ``rate_permille`` of the insured value, ``limit`` the most on one conveyance."""

    id: UUID
    insurer_id: UUID
    insurer: str
    kind: str
    policy_number: str
    clauses: str
    rate_permille: str
    minimum: Amount
    limit: Amount
    valid_from: date
    valid_to: date | None
    excluded: list[str]
    takes_dangerous: bool
    fictitious: bool

    @classmethod
    def of(cls, row: CoverRow) -> "Cover":
        """Write a cover."""
        terms = row.terms
        return cls(
            id=row.id,
            insurer_id=row.insurer_id,
            insurer=row.insurer,
            kind=row.kind.value,
            policy_number=row.policy_number,
            clauses=terms.clauses.value,
            rate_permille=row.rate,
            minimum=Amount.of(terms.minimum),
            limit=Amount.of(terms.limit),
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            excluded=list(terms.excluded),
            takes_dangerous=terms.takes_dangerous,
            fictitious=row.is_fictitious,
        )


class Offer(Answer):
    """A cover with what goods would be insured for, and the premium."""

    cover: Cover
    value: Amount
    insured: Amount
    premium: Amount

    @classmethod
    def of(cls, row: OfferRow) -> "Offer":
        """Write an offer."""
        return cls(
            cover=Cover.of(row.cover),
            value=Amount.of(row.value),
            insured=Amount.of(row.insured),
            premium=Amount.of(row.premium),
        )


class BundleOffers(Answer):
    """What is offered for a bundle of the cart; ``by_seller`` where its price basis binds the seller to insure."""

    bundle: str
    by_seller: bool
    offers: list[Offer]


class InsuredLine(Answer):
    """A line's share and its certificate, once the hub has its goods."""

    line_id: UUID
    departure_id: UUID | None
    insured: Amount
    certificate: str | None
    at_risk_at: Instant | None


class Insurance(Answer):
    """An insurance; its premium is invoiced by the insurer itself."""

    id: UUID
    reference: str
    order_id: UUID
    insured_id: UUID
    beneficiary_id: UUID
    cover: Cover
    value: Amount
    insured: Amount
    premium: Amount
    by_rule: bool
    state: str
    taken_at: Instant
    ended_at: Instant | None
    lines: list[InsuredLine]

    @classmethod
    def of(cls, row: InsuranceRow) -> "Insurance":
        """Write an insurance."""
        return cls(
            id=row.id,
            reference=row.reference,
            order_id=row.order_id,
            insured_id=row.insured_id,
            beneficiary_id=row.beneficiary_id,
            cover=Cover.of(row.cover),
            value=Amount.of(row.value),
            insured=Amount.of(row.insured),
            premium=Amount.of(row.premium),
            by_rule=row.by_rule,
            state=row.state.value,
            taken_at=row.taken_at,
            ended_at=row.ended_at,
            lines=[
                InsuredLine(
                    line_id=line.line_id,
                    departure_id=line.departure_id,
                    insured=Amount.of(line.insured),
                    certificate=line.certificate,
                    at_risk_at=line.at_risk_at,
                )
                for line in row.lines
            ],
        )


class Text(Answer):
    """What somebody of a company wrote."""

    company_id: UUID
    body: str
    at: Instant


class Survey(Answer):
    """What a surveyor found."""

    surveyed_on: date
    surveyor: str
    findings: str
    at: Instant


class ClaimFile(Answer):
    """A document of a claim: a file, or a paper of the city."""

    id: UUID
    evidence: str
    file_id: UUID | None
    document_id: UUID | None
    company_id: UUID
    at: Instant


class InsuranceClaim(Answer):
    """A claim against the insurer; ``missing`` names the documents that it still needs."""

    id: UUID
    reference: str
    insurance_id: UUID
    line_id: UUID
    claim_id: UUID | None
    claimant_id: UUID
    insurer_id: UUID
    amount: Amount
    accepted: Amount | None
    state: str
    acts: list[str]
    missing: list[str]
    awaits_second: bool
    payment_reference: str | None
    paid_on: date | None
    opened_at: Instant
    decided_at: Instant | None
    settled_at: Instant | None
    texts: list[Text]
    surveys: list[Survey]
    files: list[ClaimFile]

    @classmethod
    def of(cls, row: InsuranceClaimRow) -> "InsuranceClaim":
        """Write a claim."""
        return cls(
            id=row.id,
            reference=row.reference,
            insurance_id=row.insurance_id,
            line_id=row.line_id,
            claim_id=row.claim_id,
            claimant_id=row.claimant_id,
            insurer_id=row.insurer_id,
            amount=Amount.of(row.amount),
            accepted=Amount.of(row.accepted) if row.accepted else None,
            state=row.state.value,
            acts=list(row.acts),
            missing=[one.value for one in row.missing],
            awaits_second=row.awaits_second,
            payment_reference=row.payment_reference,
            paid_on=row.paid_on,
            opened_at=row.opened_at,
            decided_at=row.decided_at,
            settled_at=row.settled_at,
            texts=[Text(company_id=one.company_id, body=one.body, at=one.at) for one in row.texts],
            surveys=[
                Survey(surveyed_on=one.surveyed_on, surveyor=one.surveyor, findings=one.findings, at=one.at)
                for one in row.surveys
            ],
            files=[
                ClaimFile(
                    id=one.id,
                    evidence=one.evidence.value,
                    file_id=one.file_id,
                    document_id=one.document_id,
                    company_id=one.company_id,
                    at=one.at,
                )
                for one in row.files
            ],
        )


class OrderInsurance(Answer):
    """The insurance of an order, or what is offered; ``by_seller`` where its price basis binds the seller."""

    value: Amount
    by_seller: bool
    may_take: bool
    insurance: Insurance | None
    offers: list[Offer]
    claims: list[InsuranceClaim]

    @classmethod
    def of(cls, seen: acts.OrderSeen) -> "OrderInsurance":
        """Write the insurance of an order."""
        return cls(
            value=Amount.of(seen.value),
            by_seller=seen.by_seller,
            may_take=seen.may_take,
            insurance=Insurance.of(seen.insurance) if seen.insurance else None,
            offers=[Offer.of(row) for row in seen.offers],
            claims=[InsuranceClaim.of(row) for row in seen.claims],
        )


class Payment(Answer):
    """Whether a payment settled its claim; else another person of the insurer has to confirm it."""

    settled: bool
