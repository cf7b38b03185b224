"""Ask the payer of the freight for more where goods weigh or measure more than agreed, and act on the answer."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.distribution import queries as freight
from marketplace.distribution.handling.events import SurchargeProposed
from marketplace.distribution.handling.models import FreightSurcharge
from marketplace.distribution.handling.rules.surcharges import STANDING, SURCHARGE, SurchargeState, is_above
from marketplace.distribution.handling.services import aboard
from marketplace.distribution.models import LineBooking
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import ContractState, FreightAgreement, FreightLine, made_up, repriced
from marketplace.distribution.services import contracts, papers
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.events import BookingCancelled, BookingRolled, CargoReceived
from marketplace.logistics.handling.services import stops
from marketplace.logistics.handling.services.units import taken_in
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.services.departures import acting
from marketplace.merchants import queries as merchants
from marketplace.orders.queries import lines
from marketplace.orders.services.moves import locked_order
from marketplace.payments.rules.house_money import check_not_own
from marketplace.payments.rules.terms import MilestoneEvent, Mode, PayeeAccount, Rail

REASON = "surcharge"


def on_cargo_received(session: Session, event: CargoReceived) -> None:
    """Compare what came of a line with what its freight was agreed for."""
    carried = session.get(LineBooking, event.booking_id)
    if carried is not None:
        consider(session, line_id=carried.line_id, booking_id=event.booking_id, now=event.at)


def on_booking_rolled(session: Session, event: BookingRolled) -> None:
    """Let the question go with goods that go by a later departure: they are not loaded there without an answer."""
    standing = _standing(session, FreightSurcharge.booking_id == event.booking_id)
    if standing is not None:
        stops.lift(session, booking_id=event.booking_id)
        standing.booking_id = event.new_booking_id
        stops.stop(session, booking_id=event.new_booking_id, reason=REASON, now=event.at)
        session.flush()


def on_booking_cancelled(session: Session, event: BookingCancelled) -> None:
    """Ask nothing more for goods that go nowhere now; where they are booked again they are asked about again."""
    standing = _standing(session, FreightSurcharge.booking_id == event.booking_id)
    if standing is not None:
        _answer(session, standing, "withdraw", SYSTEM, event.at)


def consider(session: Session, *, line_id: UUID, booking_id: UUID, now: datetime) -> None:
    """Propose a surcharge for what is measured above the agreed weight, anew where it is measured anew.

    Nothing where it is not above by more than scales differ, or is above nothing but what was waived, or rides on a
    lorry that is paid as a whole: what was proposed is withdrawn then.
    """
    standing = _standing(session, FreightSurcharge.line_id == line_id)
    order_id = lines.order_of(session, line_id=line_id)
    agreed = [row for row in freight.contracts_of(session, order_ids=[order_id])[order_id] if _carries(row, line_id)]
    if not agreed:
        return
    booking, came = booking_queries.booking(session, booking_id=booking_id), taken_in(session, booking_id=booking_id)
    load = Load(came.grams, came.cm3, booking.load.ldm_mm, booking.load.pallets)
    price = repriced(agreed[0].terms, line_id=line_id, load=load)
    mine = [one for row in agreed for one in row.lines if one.line_id == line_id]
    weight = max(*(one.chargeable_g for one in mine), _waived(session, line_id))
    # What was let off since is no part of it: a fuller lorry, or a whole one, made the same weight cheaper.
    more = price.amount.minor - sum(one.amount.minor for one in made_up(agreed[0].terms, weight))
    is_kept = whole.is_whole(session, departure_id=booking.departure_id)
    if more <= 0 or is_kept or not is_above(weight, price.chargeable_g):
        if standing is not None:
            _answer(session, standing, "withdraw", SYSTEM, now)
        return
    if standing is not None:
        if standing.chargeable_g == price.chargeable_g:
            return
        _answer(session, standing, "withdraw", SYSTEM, now)
    made = FreightSurcharge(
        id=new_id(),
        line_id=line_id,
        booking_id=booking_id,
        contract_id=agreed[0].id,
        payer_id=agreed[0].payer_id,
        grams=came.grams,
        cm3=came.cm3,
        agreed_g=weight,
        chargeable_g=price.chargeable_g,
        binding=price.binding,
        amount_minor=more,
        currency=price.amount.currency,
        state=SurchargeState.PROPOSED,
        proposed_at=now,
    )
    session.add(made)
    session.flush()
    stops.stop(session, booking_id=booking_id, reason=REASON, now=now)
    facts = {"line": line_id, "minor": more, "currency": made.currency, "grams": made.chargeable_g, "agreed": weight}
    _audit(session, made, "propose", facts, SYSTEM, now)
    events.record(session, SurchargeProposed(at=now, surcharge_id=made.id))


def consent(session: Session, *, surcharge_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Agree to pay more, as the payer: the freight contract for it is made and due, and the goods may be loaded.

    Return the contract. NotFound for what another pays; Conflict ``state`` once it is answered, ``no_payee`` for a
    carrier without an account.
    """
    found = _locked(session, surcharge_id)
    if found.payer_id != actor.company:
        raise NotFound("surcharge")
    before = freight.by_id(session, contract_id=found.contract_id)
    if before.state is not ContractState.AGREED:
        raise Conflict("state", thing="freight_contract", state=str(before.state), action="consent", possible=[])
    _answer(session, found, "consent", actor, now)
    agreement = _agreement(session, found, before)
    (contract,) = contracts.agree(session, agreements=[agreement], actor=actor, now=now)
    found.made_id = contract.id
    session.flush()
    papers.issue_freight_contract(session, contract=contract, actor=actor, now=now)
    contracts.let_fall_due(
        session, order_id=contract.order_id, line_id=found.line_id, event=MilestoneEvent.HANDED_OVER, now=now
    )
    aboard.load_if_all(session, booking_id=found.booking_id, actor=actor, happened=now, now=now)
    return contract.id


def decline(session: Session, *, surcharge_id: UUID, actor: Actor, now: datetime) -> None:
    """Do not pay more, as the payer: the goods stay at the hub until that changes; NotFound for what another pays."""
    found = _locked(session, surcharge_id)
    if found.payer_id != actor.company:
        raise NotFound("surcharge")
    _answer(session, found, "decline", actor, now)


def waive(session: Session, *, surcharge_id: UUID, actor: Actor, now: datetime) -> None:
    """Ask for nothing, as the carrier or who decides costs for the operator: the goods may be loaded.

    NotFound for others, NotAllowed ``own_money`` for whoever is of the company that would pay, or lets another's off.
    """
    is_operator = actor.company_kind == CompanyKind.OPERATOR
    if is_operator:
        actor.must(Permission.OPERATOR_COST_DECIDE)
    found = _locked(session, surcharge_id)
    carrier = freight.by_id(session, contract_id=found.contract_id).carrier_id
    if not is_operator and actor.company != carrier:
        raise NotFound("surcharge")
    targets = {found.payer_id} if actor.company == carrier else {found.payer_id, carrier}
    check_not_own(accounts.companies_of(session, actor=actor), targets)
    _answer(session, found, "waive", actor, now)
    aboard.load_if_all(session, booking_id=found.booking_id, actor=actor, happened=now, now=now)


def _answer(session: Session, found: FreightSurcharge, act: str, actor: Actor, now: datetime) -> None:
    found.state = SURCHARGE.apply(found.state, act)
    found.answered_at = now
    session.flush()
    if found.state not in STANDING:
        stops.lift(session, booking_id=found.booking_id)
    _audit(session, found, act, {"line": found.line_id}, actor, now)


def _agreement(session: Session, found: FreightSurcharge, before: FreightRow) -> FreightAgreement:
    """Return a contract like the one before for what is above it, paid to the carrier by bank."""
    payee = merchants.payee(session, company_id=before.carrier_id, currency=found.currency)
    if payee is None:
        raise Conflict("no_payee", company=before.carrier_id, currency=found.currency)
    line = FreightLine(
        line_id=found.line_id,
        amount=Money(found.amount_minor, found.currency),
        chargeable_g=found.chargeable_g,
        binding=found.binding,
    )
    return FreightAgreement(
        id=new_id(),
        reference=new_reference("FRT"),
        order_id=before.order_id,
        payer_id=found.payer_id,
        carrier_id=before.carrier_id,
        carrier=before.carrier,
        tariff_id=before.tariff_id,
        terms=dict(before.terms),
        mode=Mode.DIRECT,
        rail=Rail.BANK,
        payee=PayeeAccount(**payee.as_json()),
        lines=(line,),
    )


def _waived(session: Session, line_id: UUID) -> int:
    """Return up to which weight nothing more is asked for a line, in grams."""
    wanted = sa.select(sa.func.max(FreightSurcharge.chargeable_g)).where(
        FreightSurcharge.line_id == line_id, FreightSurcharge.state == SurchargeState.WAIVED
    )
    return session.scalar(wanted) or 0


def _locked(session: Session, surcharge_id: UUID) -> FreightSurcharge:
    asked = sa.select(FreightSurcharge.line_id, FreightSurcharge.booking_id).where(FreightSurcharge.id == surcharge_id)
    found = session.execute(asked).one_or_none()
    if found is None:
        raise NotFound("surcharge")
    line_id, booking_id = found
    # Whoever takes goods in at the hub locks the departure before the order.
    departure_id = booking_queries.booking(session, booking_id=booking_id).departure_id
    acting.lock(session, departure_id=departure_id)
    locked_order(session, order_id=lines.order_of(session, line_id=line_id))
    return session.scalars(
        sa.select(FreightSurcharge)
        .where(FreightSurcharge.id == surcharge_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _standing(session: Session, about: sa.ColumnElement[bool]) -> FreightSurcharge | None:
    return session.scalars(
        sa.select(FreightSurcharge).where(about, FreightSurcharge.state.in_(STANDING)).with_for_update()
    ).one_or_none()


def _carries(row: FreightRow, line_id: UUID) -> bool:
    is_agreed = row.state is ContractState.AGREED and row.claim_id is None
    return is_agreed and line_id in {line.line_id for line in row.lines}


def _audit(
    session: Session, found: FreightSurcharge, act: str, facts: dict[str, object], actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"surcharge.{act}",
        subject="surcharge",
        subject_id=found.id,
        facts=facts,
        now=now,
    )
