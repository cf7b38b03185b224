"""What the API says of claims."""

from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.claims import ClaimSeen
from marketplace.kernel.money import Money
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


class Claim(Answer):
    """A claim; ``owner`` has the next move until ``deadline_at``, then ``by_silence`` happens."""

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
    state: str
    owner: str | None
    deadline_at: Instant | None
    by_silence: str | None
    opened_at: Instant
    ended_at: Instant | None

    @classmethod
    def of(cls, row: ClaimRow) -> "Claim":
        """Write a claim."""
        return cls(**_facts(row))


class ClaimShown(Claim):
    """A claim with what was said and shown, and what the reader may do."""

    texts: list[ClaimText]
    evidence: list[UUID]
    files: list[ShownFile]
    acts: list[str]
    refund: str | None

    @classmethod
    def seen(cls, seen: ClaimSeen) -> "ClaimShown":
        """Write a claim in full."""
        texts = [ClaimText(company_id=one.company_id, text=one.body, at=one.at) for one in seen.claim.texts]
        return cls(
            **_facts(seen.claim),
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
            acts=list(seen.acts),
            refund=seen.refund and str(seen.refund),
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
        "awarded": _amount(row.awarded),
        "state": str(row.state),
        "owner": str(row.owner) if row.owner else None,
        "deadline_at": row.deadline_at,
        "by_silence": row.by_silence,
        "opened_at": row.opened_at,
        "ended_at": row.ended_at,
    }


def _amount(money: Money | None) -> Amount | None:
    return None if money is None else Amount.of(money)
