"""What a carrier is asked for goods that were not booked at a checkout: the tariff of today, paid by bank."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.rules.freight import FreightAgreement, FreightLine, LineSpace, payer_of
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.services import freight as tariffs
from marketplace.merchants import queries as merchants
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.services import paper_facts
from marketplace.papers.rules import carriage_terms
from marketplace.payments.rules.terms import Mode, PayeeAccount, Rail


def agreement(
    session: Session, order: OrderRow, space: LineSpace, now: datetime, *, payer_id: UUID | None = None
) -> FreightAgreement:
    """Agree the freight of a line by the tariff of today, paid by bank: by its payer, else as the order's rule says."""
    by_rule = payer_of(order.incoterm, buyer_id=order.buyer_id, merchant_id=order.merchant_id)
    price = tariffs.price(session, departure_id=space.departure_id, to_place=space.to_place, load=space.load, now=now)
    payee = merchants.payee(session, company_id=price.carrier_company_id, currency=price.amount.currency)
    if payee is None:
        raise Conflict("no_payee", company=price.carrier_company_id, currency=price.amount.currency)
    companies = accounts.get_companies(session, company_ids=[price.carrier_company_id])
    return FreightAgreement(
        id=new_id(),
        reference=new_reference("FRT"),
        order_id=order.id,
        payer_id=payer_id or by_rule,
        carrier_id=price.carrier_company_id,
        carrier=paper_facts.party(companies[price.carrier_company_id]),
        tariff_id=price.tariff_id,
        terms={**price.terms, "carriage": carriage_terms.accepted()},
        mode=Mode.DIRECT,
        rail=Rail.BANK,
        payee=PayeeAccount(**payee.as_json()),
        lines=(
            FreightLine(
                line_id=space.line_id,
                amount=price.amount,
                chargeable_g=price.chargeable_g,
                binding=str(price.binding),
            ),
        ),
    )
