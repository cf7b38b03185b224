"""Ask the payer of the freight for more where goods weigh or measure more than agreed, and act on the answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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
from marketplace.distribution.onward import queries as onward
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import ContractState, FreightAgreement, FreightLine, repriced
from marketplace.distribution.rules.shipments import charge_for
from marketplace.distribution.services import contracts, papers, shipments
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
from marketplace.logistics.queries.bookings import BookingRow
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
    if standing:
        stops.lift(session, booking_id=event.booking_id)
        for row in standing:
            row.booking_id = event.new_booking_id
        stops.stop(session, booking_id=event.new_booking_id, reason=REASON, now=event.at)
        session.flush()


def on_booking_cancelled(session: Session, event: BookingCancelled) -> None:
    """Ask nothing more for goods that go nowhere now; where they are booked again they are asked about again."""
    _withdraw(session, _standing(session, FreightSurcharge.booking_id == event.booking_id), event.at)


def consider(session: Session, *, line_id: UUID, booking_id: UUID, now: datetime) -> None:
    """Propose a surcharge for what is measured above the agreed weight, anew where it is measured anew.

    Nothing where it is not above by more than scales differ, or is above nothing but what was waived, or rides on a
    lorry that is paid as a whole: what was proposed is withdrawn then. Of goods that change lorry both carriers'
    freight rises, each by its own figures, and both are answered at once.
    """
    standing = _standing(session, FreightSurcharge.line_id == line_id)
    order_id = lines.order_of(session, line_id=line_id)
    every = [
        row
        for row in freight.contracts_of(session, order_ids=[order_id])[order_id]
        if row.claim_id is None and line_id in {line.line_id for line in row.lines}
    ]
    booking = booking_queries.booking(session, booking_id=booking_id)
    first = contracts.of_leg(session, every, line_id=line_id, is_second=False)
    if not any(row.state is ContractState.AGREED for row in first):
        return
    found = [_above(session, first, line_id, booking, booking.departure_id)]
    partner = onward.partners(session, bookings=[booking]).get(booking_id)
    if partner is not None and not partner.is_first:
        second = contracts.of_leg(session, every, line_id=line_id, is_second=True)
        found.append(_above(session, second, line_id, booking, partner.booking.departure_id))
    asks = [one for one in found if one is not None]
    before = {(row.contract_id, row.chargeable_g) for row in standing}
    if before == {(one.contract.id, one.chargeable_g) for one in asks}:
        return
    _withdraw(session, standing, now)
    root: UUID | None = None
    for one in asks:
        made = _propose(session, one, line_id, booking_id, root, now)
        root = root or made


@dataclass(frozen=True, slots=True)
class Above:
    """What a carrier's freight of goods is above its contract: by how much money, for which weights in grams."""

    contract: FreightRow
    agreed_g: int
    chargeable_g: int
    binding: str
    more: Money


def _above(
    session: Session, leg: Sequence[FreightRow], line_id: UUID, booking: BookingRow, departure_id: UUID
) -> Above | None:
    """Return what is asked for one half of the way, or the whole; None for nothing."""
    agreed = [row for row in leg if row.state is ContractState.AGREED]
    if not agreed or whole.is_whole(session, departure_id=departure_id):
        return None
    came = taken_in(session, booking_id=booking.id)
    load = Load(came.grams, came.cm3, booking.load.ldm_mm, booking.load.pallets)
    terms = agreed[0].terms
    price = repriced(terms, line_id=line_id, load=load)
    mine = [one for row in agreed for one in row.lines if one.line_id == line_id]
    weight = max(*(one.chargeable_g for one in mine), _waived(session, line_id, {row.id for row in leg}))
    # What was let off since is no part of it: a fuller lorry, or a whole one, made the same weight cheaper.
    others = shipments.others_g(session, contract=agreed[0], line_id=line_id)
    more = (charge_for(terms, others + price.chargeable_g) - charge_for(terms, others + weight)).minor
    if more <= 0 or not is_above(weight, price.chargeable_g):
        return None
    return Above(agreed[0], weight, price.chargeable_g, price.binding, Money(more, price.amount.currency))


def _propose(
    session: Session, one: Above, line_id: UUID, booking_id: UUID, with_id: UUID | None, now: datetime
) -> UUID:
    """Ask for more freight, of a second carrier together with the first's; return the surcharge."""
    came = taken_in(session, booking_id=booking_id)
    made = FreightSurcharge(
        id=new_id(),
        line_id=line_id,
        booking_id=booking_id,
        contract_id=one.contract.id,
        payer_id=one.contract.payer_id,
        grams=came.grams,
        cm3=came.cm3,
        agreed_g=one.agreed_g,
        chargeable_g=one.chargeable_g,
        binding=one.binding,
        amount_minor=one.more.minor,
        currency=one.more.currency,
        state=SurchargeState.PROPOSED,
        proposed_at=now,
        with_id=with_id,
    )
    session.add(made)
    session.flush()
    if with_id is None:
        stops.stop(session, booking_id=booking_id, reason=REASON, now=now)
    facts: dict[str, object] = {
        "line": line_id,
        "minor": one.more.minor,
        "currency": made.currency,
        "grams": made.chargeable_g,
        "agreed": one.agreed_g,
    }
    _audit(session, made, "propose", facts, SYSTEM, now)
    events.record(session, SurchargeProposed(at=now, surcharge_id=made.id))
    return made.id


def consent(session: Session, *, surcharge_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Agree to pay more, as the payer: the freight contract for it is made and due, and the goods may be loaded.

    Of goods that change lorry both carriers' at once; the second's falls due when it has the goods. Return the
    contract. NotFound for what another pays; Conflict ``state`` once it is answered, ``no_payee`` for a carrier without
    an account.
    """
    found = _whole(session, surcharge_id, actor)
    made: list[FreightRow] = []
    for one in (found, *_with(session, found)):
        before = freight.by_id(session, contract_id=one.contract_id)
        if before.state is not ContractState.AGREED:
            raise Conflict("state", thing="freight_contract", state=str(before.state), action="consent", possible=[])
        _answer(session, one, "consent", actor, now)
        (contract,) = contracts.agree(session, agreements=[_agreement(session, one, before)], actor=actor, now=now)
        one.made_id = contract.id
        session.flush()
        papers.issue_freight_contract(session, contract=contract, actor=actor, now=now)
        made.append(contract)
    contracts.let_fall_due(
        session, order_id=made[0].order_id, line_id=found.line_id, event=MilestoneEvent.HANDED_OVER, now=now
    )
    aboard.load_if_all(session, booking_id=found.booking_id, actor=actor, happened=now, now=now)
    return made[0].id


def decline(session: Session, *, surcharge_id: UUID, actor: Actor, now: datetime) -> None:
    """Do not pay more, as the payer: the goods stay at the hub until that changes; NotFound for what another pays."""
    found = _whole(session, surcharge_id, actor)
    for one in (found, *_with(session, found)):
        _answer(session, one, "decline", actor, now)


def waive(session: Session, *, surcharge_id: UUID, actor: Actor, now: datetime) -> None:
    """Ask for nothing, as the carrier or who decides costs for the operator: the goods may be loaded.

    A carrier lets off what is its own: of goods that change lorry the other's is still to be answered. NotFound for
    others, NotAllowed ``own_money`` for whoever is of the company that would pay, or lets another's off.
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
    others = _with(session, found)
    _answer(session, found, "waive", actor, now)
    # The next to be answered stands for those that were answered with this one.
    for place, other in enumerate(others):
        other.with_id = others[0].id if place else None
        session.flush()
        stops.stop(session, booking_id=other.booking_id, reason=REASON, now=now)
    aboard.load_if_all(session, booking_id=found.booking_id, actor=actor, happened=now, now=now)


def _with(session: Session, found: FreightSurcharge) -> list[FreightSurcharge]:
    """Return the surcharges that are answered with another, locked."""
    return _standing(session, FreightSurcharge.with_id == found.id)


def _whole(session: Session, surcharge_id: UUID, actor: Actor) -> FreightSurcharge:
    """Return what a payer answers, locked: of what is answered with another that one; NotFound for what others pay."""
    found = _locked(session, surcharge_id)
    if found.payer_id != actor.company:
        raise NotFound("surcharge")
    return found if found.with_id is None else _locked(session, found.with_id)


def _withdraw(session: Session, standing: Sequence[FreightSurcharge], now: datetime) -> None:
    for row in standing:
        _answer(session, row, "withdraw", SYSTEM, now)


def _answer(session: Session, found: FreightSurcharge, act: str, actor: Actor, now: datetime) -> None:
    found.state = SURCHARGE.apply(found.state, act)
    found.answered_at = now
    session.flush()
    if found.state not in STANDING and found.with_id is None:
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


def _waived(session: Session, line_id: UUID, contract_ids: Collection[UUID]) -> int:
    """Return up to which weight nothing more is asked for a line under these contracts, in grams."""
    wanted = sa.select(sa.func.max(FreightSurcharge.chargeable_g)).where(
        FreightSurcharge.line_id == line_id,
        FreightSurcharge.contract_id.in_(contract_ids),
        FreightSurcharge.state == SurchargeState.WAIVED,
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


def _standing(session: Session, about: sa.ColumnElement[bool]) -> list[FreightSurcharge]:
    """Return the surcharges that are not answered, the first carrier's first, locked."""
    wanted = sa.select(FreightSurcharge).where(about, FreightSurcharge.state.in_(STANDING))
    return list(session.scalars(wanted.order_by(FreightSurcharge.id).with_for_update()))


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
