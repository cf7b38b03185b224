"""What the API says of claims."""

from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.claims import ClaimSeen
from marketplace.edge.acts.returning import GoesBack
from marketplace.kernel.money import Money
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.orders.claims.queries import ClaimRow


class ClaimText(Answer):
    """What a company said."""

    company_id: UUID
    text: str
    at: Instant


class ShownFile(Answer):
    """A file of one side; its bytes are at ``/claims/{id}/evidence/{id}``."""

    file_id: UUID
    company_id: UUID
    name: str
    sha256: str
    added_at: Instant


class ClaimDecision(Answer):
    """What was decided, ``by`` the ``operator``, or the ``deadline`` that his time to decide had; ``text`` says why."""

    by: str
    at: Instant
    amount: Amount
    remedy: str | None
    text: str | None


class Claim(Answer):
    """A claim; ``owner`` has the next move until ``deadline_at``, then ``by_silence`` happens.

    ``offer`` is what its respondent offered last; ``awarded`` what it brings its claimant by a decision or its end, 0
    where it fell. ``withdrawn_by`` says why it is withdrawn: by its ``claimant``, ``not_sent_back`` in time, or by his
    ``silence``.
    ``remedy`` is what is offered, decided or being performed, ``remedies`` what may be, those that cross no border
    first. Of a claim about delay ``promised_at`` is the promised arrival. ``way`` says how far goods are that go back
    by a booking: ``booked``, ``handed_over``, ``in_transit``, ``crossed``, ``arrived``, ``received``; ``stranded`` at
    the hub without a lorry, ``given_up``; null where none was booked.
    """

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    line_id: UUID
    claimant_id: UUID
    respondent_id: UUID
    respondent: str
    reason: str
    quantity: int
    blocks_payment: bool
    value: Amount
    offer: Amount | None
    awarded: Amount | None
    remedy: str | None
    remedies: list[str]
    promised_at: Instant | None
    days_late: int | None
    odometer_km: int | None
    sent_at: Instant | None
    way: str | None
    state: str
    owner: str | None
    deadline_at: Instant | None
    by_silence: str | None
    opened_at: Instant
    ended_at: Instant | None
    withdrawn_by: str | None

    @classmethod
    def of(cls, row: ClaimRow) -> "Claim":
        """Write a claim."""
        return cls(**_facts(row))


class ReturnBooking(Answer):
    """The booking by which the goods of a claim go back."""

    id: UUID
    reference: str
    departure_id: UUID
    departure: str
    hub: str
    to: str
    state: str
    cutoff_cargo_at: Instant
    departs_at: Instant
    arrives_at: Instant
    hold_cause: str | None
    decline_reason: str | None
    receipt_due_at: Instant | None

    @classmethod
    def of(cls, row: BookingRow | None) -> "ReturnBooking | None":
        """Write a booking."""
        if row is None:
            return None
        return cls(
            id=row.id,
            reference=row.reference,
            departure_id=row.departure_id,
            departure=row.departure_reference,
            hub=row.hub_code,
            to=row.to_place,
            state=str(row.state),
            cutoff_cargo_at=row.cutoff_cargo_at,
            departs_at=row.departs_at,
            arrives_at=row.arrives_at,
            hold_cause=row.hold_cause,
            decline_reason=row.decline_reason,
            receipt_due_at=row.receipt_due_at,
        )


class ReturnFreight(Answer):
    """The freight of the way back, for payer, carrier and who decides."""

    id: UUID
    reference: str
    payer_id: UUID
    carrier_id: UUID
    carrier: str
    amount: Amount
    state: str

    @classmethod
    def of(cls, back: GoesBack) -> "ReturnFreight | None":
        """Write a freight contract."""
        row = back.freight
        if row is None:
            return None
        return cls(
            id=row.id,
            reference=row.reference,
            payer_id=row.payer_id,
            carrier_id=row.carrier_id,
            carrier=back.carrier,
            amount=Amount.of(row.total),
            state=str(row.state),
        )


class ReturnDeparture(Answer):
    """A departure on which goods may go back; the freight is that of the tariff of today."""

    id: UUID
    reference: str
    line: str
    hub: str
    to: str
    cutoff_cargo_at: Instant
    departs_at: Instant
    arrives_at: Instant
    freight: Amount | None

    @classmethod
    def of(cls, row: OptionRow) -> "ReturnDeparture":
        """Write a departure."""
        return cls(
            id=row.departure_id,
            reference=row.reference,
            line=row.line_name,
            hub=row.hub_code,
            to=row.to_place,
            cutoff_cargo_at=row.cutoff_cargo_at,
            departs_at=row.departs_at,
            arrives_at=row.arrives_at,
            freight=_amount(row.freight),
        )


class ReturnPaper(Answer):
    """A paper of goods that go back: the invoice for customs, or the packing list."""

    id: UUID
    kind: str
    number: str


class ClaimShown(Claim):
    """A claim with what was said and shown, and what the reader may do."""

    decision: ClaimDecision | None
    texts: list[ClaimText]
    evidence: list[UUID]
    files: list[ShownFile]
    acts: list[str]
    refund: str | None
    booking: ReturnBooking | None
    freight: ReturnFreight | None
    documents: list[ReturnPaper]

    @classmethod
    def seen(cls, seen: ClaimSeen) -> "ClaimShown":
        """Write a claim in full."""
        texts = [ClaimText(company_id=one.company_id, text=one.body, at=one.at) for one in seen.claim.texts]
        return cls(
            **_facts(seen.claim),
            decision=_decision(seen.claim),
            texts=texts,
            evidence=list(seen.claim.evidence),
            files=[
                ShownFile(
                    file_id=one.file_id,
                    company_id=one.company_id,
                    name=seen.files[one.file_id].name,
                    sha256=seen.files[one.file_id].sha256,
                    added_at=one.added_at,
                )
                for one in seen.claim.shown
            ],
            acts=[*seen.acts, *seen.back.acts],
            refund=seen.refund and str(seen.refund),
            booking=ReturnBooking.of(seen.back.booking),
            freight=ReturnFreight.of(seen.back),
            documents=[ReturnPaper(id=one.id, kind=str(one.kind), number=one.number) for one in seen.back.documents],
        )


def _facts(row: ClaimRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "reference": row.reference,
        "order_id": row.order_id,
        "order_reference": row.order_reference,
        "line_id": row.line_id,
        "claimant_id": row.claimant_id,
        "respondent_id": row.respondent_id,
        "respondent": str(row.respondent),
        "reason": str(row.reason),
        "quantity": row.quantity,
        "blocks_payment": row.blocks,
        "value": Amount.of(row.value),
        "offer": _amount(row.offer),
        "awarded": _amount(row.award),
        "remedy": str(row.remedy) if row.remedy else None,
        "remedies": [str(one) for one in row.remedies],
        "promised_at": row.promised_at,
        "days_late": row.days_late,
        "odometer_km": row.odometer_km,
        "sent_at": row.sent_at,
        "way": row.way and str(row.way),
        "state": str(row.state),
        "owner": str(row.owner) if row.owner else None,
        "deadline_at": row.deadline_at,
        "by_silence": row.by_silence,
        "opened_at": row.opened_at,
        "ended_at": row.ended_at,
        "withdrawn_by": row.fallen and str(row.fallen),
    }


def _decision(row: ClaimRow) -> ClaimDecision | None:
    made = row.decision
    if made is None:
        return None
    return ClaimDecision(
        by=str(made.by),
        at=made.at,
        amount=Amount.of(made.amount),
        remedy=made.remedy and str(made.remedy),
        text=row.decided_because,
    )


def _amount(money: Money | None) -> Amount | None:
    return None if money is None else Amount.of(money)
