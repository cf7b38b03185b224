"""What a commission is charged on, and the value added tax that goes with it."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import CommissionCharge, LedgerTransfer
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.rules.terms import WHOLE


def vat_on(session: Session, *, terms: PaymentTerms, line_id: UUID, commission: Money) -> Money:
    """Return the tax of one more commission of a line, negative for one taken back.

    All taxes of a line are that of all its commission, rounded once: what is taken back leaves nothing behind.
    """
    if not terms.commission_vat_bp:
        return Money.zero(commission.currency)
    charged, taxed = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(CommissionCharge.commission_minor), 0),
            sa.func.coalesce(sa.func.sum(CommissionCharge.vat_minor), 0),
        )
        .join(LedgerTransfer, LedgerTransfer.id == CommissionCharge.transfer_id)
        .where(CommissionCharge.line_id == line_id, LedgerTransfer.subject_id == terms.subject_id)
    ).one()
    whole = Money(int(charged) + commission.minor, commission.currency)
    return whole.portion(terms.commission_vat_bp, WHOLE) - Money(int(taxed), commission.currency)


def note(session: Session, *, transfer_id: UUID, line_id: UUID, base: Money, commission: Money, vat: Money) -> None:
    """Write down what a transfer charged a commission on; the same transfer again changes nothing."""
    insert_if_new(
        session,
        CommissionCharge,
        transfer_id=transfer_id,
        line_id=line_id,
        base_minor=base.minor,
        commission_minor=commission.minor,
        vat_minor=vat.minor,
    )
