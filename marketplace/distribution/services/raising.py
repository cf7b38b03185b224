"""Agree a freight contract above the one before for a line whose freight rose."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import FreightAgreement, FreightLine
from marketplace.distribution.services import contracts, papers
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.logistics.queries import cargo
from marketplace.merchants import queries as merchants
from marketplace.payments.rules.terms import MilestoneEvent, Mode, PayeeAccount, Rail
from marketplace.payments.services import plans


def raise_line(
    session: Session,
    *,
    before: FreightRow,
    line_id: UUID,
    booking_id: UUID,
    more: Money,
    terms: Mapping[str, Any],
    now: datetime,
) -> UUID:
    """Agree so much more for a line, paid to the carrier by bank, and return the contract.

    It is due with the hand-over, at once for goods that are at the hub. Conflict ``no_payee`` for a carrier without an
    account for the currency.
    """
    payee = merchants.payee(session, company_id=before.carrier_id, currency=more.currency)
    if payee is None:
        raise Conflict("no_payee", company=before.carrier_id, currency=more.currency)
    weighed = next(line for line in before.lines if line.line_id == line_id)
    agreement = FreightAgreement(
        id=new_id(),
        reference=new_reference("FRT"),
        order_id=before.order_id,
        payer_id=before.payer_id,
        carrier_id=before.carrier_id,
        carrier=before.carrier,
        tariff_id=before.tariff_id,
        terms=dict(terms),
        mode=Mode.DIRECT,
        rail=Rail.BANK,
        payee=PayeeAccount(**payee.as_json()),
        lines=(FreightLine(line_id=line_id, amount=more, chargeable_g=weighed.chargeable_g, binding=weighed.binding),),
    )
    (made,) = contracts.write_all(session, agreements=[agreement], actor=SYSTEM, now=now)
    # The rule by which it rises was agreed before: no limit of what a payer may owe stops its goods.
    opened = contracts.openings(session, agreements=[agreement], now=now)
    plans.open_all(session, openings=opened, actor=SYSTEM, now=now, within_limits=False)
    papers.issue_freight_contract(session, contract=made, actor=SYSTEM, now=now)
    if cargo.received(session, booking_ids=[booking_id]):
        contracts.let_fall_due(
            session, order_id=made.order_id, line_id=line_id, event=MilestoneEvent.HANDED_OVER, now=now
        )
    return made.id
