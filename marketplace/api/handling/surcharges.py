"""Surcharges for goods above their booking, over the API."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.handling.views import api
from marketplace.api.shared.answers import Amount, Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.distribution.handling.queries.surcharges import SurchargeRow
from marketplace.edge.acts import surcharges as acts
from marketplace.edge.requests.payments import CursorQuery

_PAY = Permission.TRADE_PAYMENT_PAY


class Surcharge(Answer):
    """More freight that is asked for: chargeable weights as agreed and as measured, until when it is answered.

    ``answered_with``: the first carrier's surcharge, with which the second's is answered where goods change lorry.
    """

    id: UUID
    order_id: UUID
    order_line_id: UUID
    booking_id: UUID
    booking: str
    departure_id: UUID
    departure: str
    contract: str
    gross_kg: str
    m3: str
    agreed_kg: str
    chargeable_kg: str
    amount: Amount
    state: str
    proposed_at: Instant
    due_at: Instant
    answered_at: Instant | None
    contract_made: UUID | None
    answered_with: UUID | None

    @classmethod
    def of(cls, row: SurchargeRow) -> "Surcharge":
        """Write a surcharge."""
        return cls(
            id=row.id,
            order_id=row.order_id,
            order_line_id=row.line_id,
            booking_id=row.booking_id,
            booking=row.booking_reference,
            departure_id=row.departure_id,
            departure=row.departure_reference,
            contract=row.contract_reference,
            gross_kg=f"{row.grams / 1_000:.3f}",
            m3=f"{row.cm3 / 1_000_000:.6f}",
            agreed_kg=f"{row.agreed_g / 1_000:.3f}",
            chargeable_kg=f"{row.chargeable_g / 1_000:.3f}",
            amount=Amount.of(row.amount),
            state=str(row.state),
            proposed_at=row.proposed_at,
            due_at=row.due_at,
            answered_at=row.answered_at,
            contract_made=row.made_id,
            answered_with=row.with_id,
        )


@api.get("/freight-surcharges")
@operation(answers={200: Items[Surcharge]}, tag="logistics", permission=_PAY, query=CursorQuery)
def asked(query: CursorQuery) -> tuple[int, Items[Surcharge]]:
    """List what your company is asked for goods that weigh or measure more than agreed, the newest first.

    Without consent the goods stay at the hub when the departure leaves, and go by the next one with room once it is
    there.
    """
    page = acts.asked(query.cursor)
    return 200, Items(items=[Surcharge.of(row) for row in page.items], next=page.next)


@api.get("/surcharge-desk")
@operation(
    answers={200: Items[Surcharge]}, tag="logistics", permission=Permission.OPERATOR_COST_READ, query=CursorQuery
)
def desk(query: CursorQuery) -> tuple[int, Items[Surcharge]]:
    """List for the operator's staff what goods of all departures wait for, the newest first."""
    page = acts.desk(query.cursor)
    return 200, Items(items=[Surcharge.of(row) for row in page.items], next=page.next)


@api.post("/freight-surcharges/<uuid:surcharge_id>/consent")
@operation(answers={201: Created}, tag="logistics", permission=_PAY, idempotent=True)
def consent(surcharge_id: UUID, session: Session) -> tuple[int, Created]:
    """Agree to pay a surcharge: its freight contract is made and due, and the goods may be loaded."""
    return 201, Created(id=acts.consent(session, surcharge_id))


@api.post("/freight-surcharges/<uuid:surcharge_id>/refusal")
@operation(answers={204: None}, tag="logistics", permission=_PAY, idempotent=True)
def decline(surcharge_id: UUID, session: Session) -> tuple[int, None]:
    """Do not pay a surcharge: the goods wait at the hub until you do, or until they are measured anew."""
    acts.decline(session, surcharge_id)
    return 204, None


@api.post("/freight-surcharges/<uuid:surcharge_id>/waiver")
@operation(answers={204: None}, tag="logistics", permission=Permission.TRADE_PAYMENT_CONFIRM, idempotent=True)
def waive(surcharge_id: UUID, session: Session) -> tuple[int, None]:
    """Ask for nothing, as the carrier or whoever decides costs for the operator: the goods may be loaded."""
    acts.waive(session, surcharge_id)
    return 204, None
