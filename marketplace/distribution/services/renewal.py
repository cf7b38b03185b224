"""Agree the freight of a line again whose contract ended with its booking: never dearer than it was agreed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.handling.queries.surcharges import extra_contracts
from marketplace.distribution.models import FreightContract, FreightContractLine
from marketplace.distribution.rules.freight import ContractState, FreightAgreement, FreightLine, per_vehicle, repriced
from marketplace.distribution.rules.shipments import with_shipments
from marketplace.distribution.services import contracts, papers
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.merchants import queries as merchants
from marketplace.orders.rules.states import LineState
from marketplace.orders.services.moves import parts_of
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.terms import MilestoneEvent, Mode, PayeeAccount, Rail


def renew(session: Session, *, line_id: UUID, load: Load, actor: Actor, now: datetime) -> None:
    """Agree anew what ended: same carrier, payer, tariff and amount, less for a load that shrank.

    Nothing happens while a contract carries the line; of a line that changes lorry each carrier's is agreed for itself.
    What the first contract had been paid goes back, so the new one is paid by bank to the carrier. Conflict
    ``no_payee`` when the carrier has no account for its currency.
    """
    found = session.execute(
        sa.select(FreightContract, FreightContractLine)
        .join(FreightContractLine, FreightContractLine.contract_id == FreightContract.id)
        .where(FreightContractLine.line_id == line_id, FreightContract.claim_id.is_(None))
        .order_by(FreightContract.id)
    ).all()
    by_tariff: dict[UUID, list[tuple[FreightContract, FreightContractLine]]] = {}
    for contract, line in found:
        by_tariff.setdefault(contract.tariff_id, []).append((contract, line))
    for some in by_tariff.values():
        if not any(contract.state is ContractState.AGREED for contract, _ in some):
            _renew(session, line_id, some, load, actor, now)


def _renew(
    session: Session,
    line_id: UUID,
    found: Sequence[tuple[FreightContract, FreightContractLine]],
    load: Load,
    actor: Actor,
    now: datetime,
) -> None:
    extra = extra_contracts(session, line_ids=[line_id])
    ended, line = next((pair for pair in reversed(found) if pair[0].id not in extra), found[-1])
    # With it ended what its payer had consented to pay above it.
    above = [one for contract, one in found if contract.id in extra and contract.id > ended.id]
    payee = merchants.payee(session, company_id=ended.carrier_id, currency=ended.currency)
    if payee is None:
        raise Conflict("no_payee", company=ended.carrier_id, currency=ended.currency)
    before = FreightLine(
        line_id=line_id,
        amount=Money(sum(one.amount_minor - one.let_off_minor for one in (line, *above)), ended.currency),
        chargeable_g=max(one.chargeable_g for one in (line, *above)),
        binding=line.binding,
    )
    price = repriced(ended.terms, line_id=line_id, load=load)
    agreement = FreightAgreement(
        id=new_id(),
        reference=new_reference("FRT"),
        order_id=ended.order_id,
        payer_id=ended.payer_id,
        carrier_id=ended.carrier_id,
        carrier=Party(**ended.carrier),
        tariff_id=ended.tariff_id,
        terms=with_shipments(per_vehicle(ended.terms, None), ()),
        mode=Mode.DIRECT,
        rail=Rail.BANK,
        payee=PayeeAccount(**payee.as_json()),
        lines=(price if price.amount < before.amount else before,),
    )
    (contract,) = contracts.agree(session, agreements=[agreement], actor=actor, now=now)
    papers.issue_freight_contract(session, contract=contract, actor=actor, now=now)
    if LineState.HANDED_OVER in parts_of(session, line_id=line_id):
        contracts.let_fall_due(
            session, order_id=ended.order_id, line_id=line_id, event=MilestoneEvent.HANDED_OVER, now=now
        )
