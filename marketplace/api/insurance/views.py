"""Cargo insurance over the API: offered, taken, voided; claims opened, surveyed, decided and paid."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.insurance import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import checkout
from marketplace.edge.acts import insurance as acts
from marketplace.edge.requests import insurance as requests
from marketplace.edge.requests.payments import CursorQuery

api = Blueprint("api_insurance", __name__)
_TAG = "insurance"
_TAKE = Permission.TRADE_INSURANCE_TAKE
_ANSWER = Permission.PARTNER_INSURANCE_ANSWER
_RUN = Permission.LOGISTICS_DEPARTURE_OPERATE


@api.get("/cart/insurance")
@operation(answers={200: Items[answers.BundleOffers]}, tag=_TAG, permission=Permission.TRADE_CART_EDIT)
def of_cart() -> tuple[int, Items[answers.BundleOffers]]:
    """List by what the goods of each bundle of the cart can be insured: a checkout names the cover."""
    seen = checkout.look()
    offers = acts.of_cart(seen.cart)
    items = [
        answers.BundleOffers(
            bundle=bundle.key,
            by_seller=acts.is_insured_by_seller(bundle),
            offers=[answers.Offer.of(row) for row in offers[bundle.key]],
        )
        for bundle in seen.cart.bundles
    ]
    return 200, Items[answers.BundleOffers](items=items)


@api.get("/orders/<uuid:order_id>/insurance")
@operation(answers={200: answers.OrderInsurance}, tag=_TAG, permission=Permission.TRADE_ORDER_READ)
def of_order(order_id: UUID) -> tuple[int, answers.OrderInsurance]:
    """Show the insurance of an order with its claims, or what is offered to who may take it."""
    return 200, answers.OrderInsurance.of(acts.look(order_id))


@api.post("/orders/<uuid:order_id>/insurance")
@operation(answers={201: answers.Insurance}, tag=_TAG, permission=_TAKE, body=requests.Taking, idempotent=True)
def take(order_id: UUID, body: requests.Taking, session: Session) -> tuple[int, answers.Insurance]:
    """Insure the goods of an order before the hub has any: its buyer, or its seller where the price basis binds him."""
    return 201, answers.Insurance.of(acts.take(session, order_id, body))


@api.get("/insurances")
@operation(answers={200: Items[answers.Insurance]}, tag=_TAG, permission=_TAKE, query=CursorQuery)
def insurances(query: CursorQuery) -> tuple[int, Items[answers.Insurance]]:
    """List the insurances that one's company took or profits by, the newest first."""
    return _insurances(query)


@api.get("/partner/insurances")
@operation(answers={200: Items[answers.Insurance]}, tag=_TAG, permission=_ANSWER, query=CursorQuery)
def insured(query: CursorQuery) -> tuple[int, Items[answers.Insurance]]:
    """List what one's company insures, the newest first."""
    return _insurances(query)


@api.get("/operator/insurances")
@operation(answers={200: Items[answers.Insurance]}, tag=_TAG, permission=_RUN, query=CursorQuery)
def every(query: CursorQuery) -> tuple[int, Items[answers.Insurance]]:
    """List every insurance, the newest first."""
    return _insurances(query)


def _insurances(query: CursorQuery) -> tuple[int, Items[answers.Insurance]]:
    page = acts.insurances(query.cursor).map(answers.Insurance.of)
    return 200, Items[answers.Insurance](items=list(page.items), next=page.next)


@api.post("/insurances/<uuid:insurance_id>/void")
@operation(answers={204: None}, tag=_TAG, permission=_TAKE, idempotent=True)
def void(insurance_id: UUID, session: Session) -> tuple[int, None]:
    """Void an insurance before its risk begins: no premium is owed."""
    acts.void(session, insurance_id)
    return 204, None


@api.post("/insurances/<uuid:insurance_id>/claims")
@operation(answers={201: Created}, tag=_TAG, permission=_TAKE, body=requests.NewClaim, idempotent=True)
def open_claim(insurance_id: UUID, body: requests.NewClaim, session: Session) -> tuple[int, Created]:
    """Open a claim against the insurer; invoice and waybill of the line are put to it."""
    return 201, Created(id=acts.open_claim(session, insurance_id, body))


@api.get("/insurance-claims")
@operation(
    answers={200: Items[answers.InsuranceClaim]}, tag=_TAG, permission=Permission.TRADE_DOCUMENT_READ, query=CursorQuery
)
def claims(query: CursorQuery) -> tuple[int, Items[answers.InsuranceClaim]]:
    """List the claims that one's company made or answers, the newest first; the operator's people see all."""
    page = acts.insurance_claims(query.cursor).map(answers.InsuranceClaim.of)
    return 200, Items[answers.InsuranceClaim](items=list(page.items), next=page.next)


@api.get("/insurance-claims/<uuid:insurance_claim_id>")
@operation(answers={200: answers.InsuranceClaim}, tag=_TAG, permission=Permission.TRADE_DOCUMENT_READ)
def claim(insurance_claim_id: UUID) -> tuple[int, answers.InsuranceClaim]:
    """Show a claim with what was said, surveyed and shown."""
    return 200, answers.InsuranceClaim.of(acts.claim(insurance_claim_id).row)


@api.get("/insurance-claims/<uuid:insurance_claim_id>/files/<uuid:claim_file_id>")
@operation(answers={200: None}, tag=_TAG, permission=Permission.TRADE_DOCUMENT_READ)
def claim_file(insurance_claim_id: UUID, claim_file_id: UUID) -> tuple[int, Any]:
    """Give a file of a claim."""
    return 200, acts.claim_file(insurance_claim_id, claim_file_id)


@api.post("/insurance-claims/<uuid:insurance_claim_id>/files")
@operation(
    answers={204: None},
    tag=_TAG,
    permission=Permission.FILES_FILE_UPLOAD,
    body=requests.Showing,
    idempotent=True,
)
def show(insurance_claim_id: UUID, body: requests.Showing, session: Session) -> tuple[int, None]:
    """Put a file that was handed in as evidence to a claim."""
    acts.show(session, insurance_claim_id, body)
    return 204, None


@api.post("/insurance-claims/<uuid:insurance_claim_id>/survey")
@operation(answers={204: None}, tag=_TAG, permission=_ANSWER, body=requests.Surveying, idempotent=True)
def survey(insurance_claim_id: UUID, body: requests.Surveying, session: Session) -> tuple[int, None]:
    """Write down what a surveyor found."""
    acts.survey(session, insurance_claim_id, body)
    return 204, None


@api.post("/insurance-claims/<uuid:insurance_claim_id>/decision")
@operation(answers={204: None}, tag=_TAG, permission=_ANSWER, body=requests.Deciding, idempotent=True)
def decide(insurance_claim_id: UUID, body: requests.Deciding, session: Session) -> tuple[int, None]:
    """Accept a surveyed claim at an amount, or refuse it with a reason."""
    acts.decide(session, insurance_claim_id, body)
    return 204, None


@api.post("/insurance-claims/<uuid:insurance_claim_id>/payment")
@operation(answers={200: answers.Payment}, tag=_TAG, permission=_ANSWER, body=requests.Paying, idempotent=True)
def pay(insurance_claim_id: UUID, body: requests.Paying, session: Session) -> tuple[int, answers.Payment]:
    """Record the payment of what was accepted; over the house's threshold a second person sends the same."""
    return 200, answers.Payment(settled=acts.pay(session, insurance_claim_id, body))


@api.get("/insurance-covers")
@operation(answers={200: Items[answers.Cover]}, tag=_TAG, permission=Permission.OPERATOR_SETTINGS_EDIT)
def covers() -> tuple[int, Items[answers.Cover]]:
    """List what insurers offer."""
    return 200, Items[answers.Cover](items=[answers.Cover.of(row) for row in acts.offered()])


@api.post("/insurance-covers")
@operation(
    answers={201: Created},
    tag=_TAG,
    permission=Permission.OPERATOR_SETTINGS_EDIT,
    body=requests.NewCover,
    idempotent=True,
)
def write_cover(body: requests.NewCover, session: Session) -> tuple[int, Created]:
    """Write down what an insurer offers; what was taken under another policy stands."""
    return 201, Created(id=acts.write_cover(session, body))
