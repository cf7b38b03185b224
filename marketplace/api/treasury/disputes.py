"""Disputes of card holders, over the API."""

from uuid import UUID

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.payments.answers import SubjectAnswer
from marketplace.api.shared.answers import Amount, Answer, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.api.treasury.blueprint import api
from marketplace.edge.acts import disputes as acts
from marketplace.edge.requests import disputes as requests
from marketplace.kernel.db import reading
from marketplace.payments.queries.disputes import DisputeOfSubject
from marketplace.payments.rules.provider import Evidence as EvidenceRow


class Evidence(Answer):
    """What a card's bank is told."""

    goods: str
    carrier: str
    waybill: str
    handed_over: str
    told: str

    @classmethod
    def of(cls, row: EvidenceRow) -> "Evidence":
        """Write what is told."""
        return cls(
            goods=row.goods, carrier=row.carrier, waybill=row.waybill, handed_over=row.handed_over, told=row.told
        )


class Dispute(Answer):
    """A dispute of a card's holder; the card's bank listens until ``due_by``, finance is alarmed at ``act_by``.

    ``bearer`` says who bears a lost one of what is already released: ``payee`` or ``house``.
    """

    id: UUID
    reference: str
    subject: SubjectAnswer | None
    amount: Amount
    reason: str
    is_inquiry: bool
    state: str
    withdrawn: Amount
    reinstated: Amount
    fee: Amount | None
    taken: Amount
    borne: Amount
    bearer: str
    due_by: Instant | None
    act_by: Instant | None
    escalated_at: Instant | None
    created_at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, row: DisputeOfSubject) -> "Dispute":
        """Write a dispute."""
        found = row.dispute
        return cls(
            id=found.id,
            reference=found.reference,
            subject=SubjectAnswer.of(row.subject),
            amount=Amount.of(found.amount),
            reason=found.reason,
            is_inquiry=found.is_inquiry,
            state=str(found.state),
            withdrawn=Amount.of(found.withdrawn),
            reinstated=Amount.of(found.reinstated),
            fee=Amount.of(found.fee) if found.fee else None,
            taken=Amount.of(found.taken),
            borne=Amount.of(found.borne),
            bearer=str(found.bearer),
            due_by=found.due_by,
            act_by=found.act_by,
            escalated_at=found.escalated_at,
            created_at=found.created_at,
            changed_at=found.changed_at,
        )


class File(Answer):
    """A paper or picture that the bank is or can be shown, and as what; its title is a number, or empty."""

    id: UUID
    slot: str
    title: str
    document: str | None
    is_shown: bool


class DisputeInFull(Answer):
    """A dispute with what it freezes and what its bank was told and shown, or may be as far as the city knows."""

    dispute: Dispute
    frozen: Amount
    evidence: Evidence
    files: list[File]

    @classmethod
    def seen(cls, seen: acts.DisputeSeen) -> "DisputeInFull":
        """Write a dispute in full."""
        return cls(
            dispute=Dispute.of(DisputeOfSubject(seen.dispute, seen.subject)),
            frozen=Amount.of(seen.frozen),
            evidence=Evidence.of(seen.known),
            files=[
                File(
                    id=one.file_id,
                    slot=str(one.slot),
                    title=one.title,
                    document=one.document and str(one.document),
                    is_shown=seen.is_shown(one),
                )
                for one in seen.files
            ],
        )


@api.get("/card-disputes")
@operation(
    answers={200: Items[Dispute]},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_READ,
    query=requests.DisputesQuery,
)
def disputes(query: requests.DisputesQuery) -> tuple[int, Items[Dispute]]:
    """List the disputes, newest first."""
    page = acts.many(reading(), query).map(Dispute.of)
    return 200, Items[Dispute](items=list(page.items), next=page.next)


@api.get("/card-disputes/<uuid:dispute_id>")
@operation(answers={200: DisputeInFull}, tag="treasury", permission=Permission.OPERATOR_PAYOUT_READ)
def dispute(dispute_id: UUID) -> tuple[int, DisputeInFull]:
    """Show a dispute with what the city knows about what was delivered."""
    return 200, DisputeInFull.seen(acts.one(reading(), dispute_id))


@api.post("/card-disputes/<uuid:dispute_id>/answer")
@operation(
    answers={200: DisputeInFull},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.Answer,
    idempotent_flow=True,
)
def answer(dispute_id: UUID, body: requests.Answer, key: str) -> tuple[int, DisputeInFull]:  # noqa: ARG001  kept by the caller
    """Hand evidence in to the card's bank: once, and for good."""
    return 200, DisputeInFull.seen(acts.answer(dispute_id, body))
