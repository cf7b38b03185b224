"""How the payments of a checkout stand, as rows."""

from sqlalchemy.orm import Session

from marketplace.checkout.rules.plan import Charge, CheckoutPlan
from marketplace.checkout.rules.standing import PaymentSeen, stand_of
from marketplace.kernel.money import Money
from marketplace.payments.queries.charged import Charged, charged
from marketplace.payments.rules.terms import Subject


def payments_of(session: Session, plan: CheckoutPlan, *, is_over: bool) -> tuple[PaymentSeen, ...]:
    """Return each payment by card or by a local method of a checkout, in the order of its plan.

    ``is_over`` says that nothing was ordered, and nothing will be.
    """
    found = charged(session, keys=[charge.key for charge in plan.charges])
    return tuple(_seen(plan, charge, found.get(charge.key), is_over=is_over) for charge in plan.charges)


def _seen(plan: CheckoutPlan, charge: Charge, found: Charged | None, *, is_over: bool) -> PaymentSeen:
    nothing = Money.zero(charge.amount.currency)
    outcome, taken, returned = (found.outcome, found.taken, found.returned) if found else (None, nothing, nothing)
    return PaymentSeen(
        subject=Subject(charge.subject_kind, charge.subject_id),
        reference=plan.reference_of(charge.subject_id),
        merchant_id=plan.merchant_of(charge.subject_id),
        amount=charge.amount,
        local_method=charge.local_method,
        stand=stand_of(outcome, taken=taken, returned=returned, is_over=is_over),
        page_url=outcome.page_url if outcome else None,
        taken=taken,
        taken_at=found.taken_at if found else None,
        returned=returned,
        returned_at=found.returned_at if found else None,
    )
