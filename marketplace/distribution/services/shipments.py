"""Share the freight of a shipment anew when some of it is cancelled or becomes less."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import queries
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import ContractState, FreightLine, repriced, vehicle_of
from marketplace.distribution.rules.shipments import Shipment, charge_for, shares_of, shipment_of, with_shipments
from marketplace.distribution.services import contracts, papers
from marketplace.distribution.services.raising import raise_line
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import bookings
from marketplace.orders.queries import orders

# Departure, tariff and payer.
_Key = tuple[UUID, UUID, UUID]


@dataclass(slots=True)
class _Member:
    """A line of a shipment: its contracts, the first one first, its chargeable weight and what is asked for it."""

    weight: FreightLine
    contracts: list[FreightRow] = field(default_factory=list[FreightRow])

    @property
    def asked(self) -> Money:
        amounts = [_line(one, self.weight.line_id).amount for one in self.contracts]
        return sum(amounts[1:], amounts[0])


def settle(session: Session, *, order_id: UUID, now: datetime, lessened: Mapping[UUID, Load] | None = None) -> None:
    """Let what is left of the shipments of an order pay the tariff for what they weigh together now.

    ``lessened`` are the loads of lines that became less. What falls is credited, what rises is agreed by a contract
    above the one before. A carrier that names no account is owed nothing more.
    """
    for (departure_id, *_), members in _shipments(session, order_id).items():
        for line_id, load in (lessened or {}).items():
            if line_id in members:
                _weigh(session, members[line_id], load)
        after = _shares(members)
        for line_id, share in sorted(after.items(), key=lambda one: one[1].minor - members[one[0]].asked.minor):
            change = share - members[line_id].asked
            if change.minor < 0:
                _lower(session, members[line_id], -change, now)
            elif change.minor > 0:
                shipment = _anew(departure_id, members, {line_id: change})
                _raise(session, members[line_id], shipment, change, now)


def _weigh(session: Session, member: _Member, load: Load) -> None:
    member.weight = repriced(member.contracts[0].terms, line_id=member.weight.line_id, load=load)
    for contract in member.contracts:
        contracts.weigh(session, contract_id=contract.id, line=member.weight)


def shares_after(session: Session, *, contract: FreightRow, line: FreightLine) -> dict[UUID, Money]:
    """Return what each line of a contract's shipment would pay if one of them weighed this."""
    for members in _shipments(session, contract.order_id).values():
        if line.line_id in members:
            members[line.line_id].weight = line
            return _shares(members)
    return {}


def others_g(session: Session, *, contract: FreightRow, line_id: UUID) -> int:
    """Return what the other lines of a line's shipment weigh, in chargeable grams; 0 where it goes by itself."""
    for members in _shipments(session, contract.order_id).values():
        if line_id in members:
            return sum(one.weight.chargeable_g for key, one in members.items() if key != line_id)
    return 0


def _shipments(session: Session, order_id: UUID) -> dict[_Key, dict[UUID, _Member]]:
    """Return what is left of the shipments that an order's lines were, or are, part of, by line."""
    together = orders.placed_together(session, order_id=order_id)
    found = queries.contracts_of(session, order_ids=together)
    wanted = {key for one in found[order_id] for line in one.lines if (key := _key(one, line.line_id)) is not None}
    shipments: dict[_Key, dict[UUID, _Member]] = {key: {} for key in sorted(wanted)}
    for contract in (one for rows in found.values() for one in rows):
        if contract.state is not ContractState.AGREED or vehicle_of(contract.terms) is not None:
            continue
        for line in contract.lines:
            key = _key(contract, line.line_id)
            if key not in shipments or not line.amount:
                continue
            weight = FreightLine(
                line_id=line.line_id, amount=line.amount, chargeable_g=line.chargeable_g, binding=line.binding
            )
            member = shipments[key].setdefault(line.line_id, _Member(weight))
            member.contracts.append(contract)
            if weight.chargeable_g > member.weight.chargeable_g:
                member.weight = weight
    return shipments


def _key(contract: FreightRow, line_id: UUID) -> _Key | None:
    shipment = shipment_of(contract.terms, line_id)
    if shipment is None or contract.claim_id is not None:
        return None
    return (shipment.departure_id, contract.tariff_id, contract.payer_id)


def _shares(members: Mapping[UUID, _Member]) -> dict[UUID, Money]:
    if not members:
        return {}
    grams = [one.weight.chargeable_g for one in members.values()]
    terms = next(iter(members.values())).contracts[0].terms
    return dict(zip(members, shares_of(charge_for(terms, sum(grams)), grams), strict=True))


def _anew(departure_id: UUID, members: Mapping[UUID, _Member], lines: Mapping[UUID, Money]) -> Shipment:
    total = sum(one.weight.chargeable_g for one in members.values())
    terms = next(iter(members.values())).contracts[0].terms
    return Shipment(departure_id=departure_id, chargeable_g=total, charge=charge_for(terms, total), lines=lines)


def _raise(session: Session, member: _Member, shipment: Shipment, more: Money, now: datetime) -> None:
    before, line_id = member.contracts[0], member.weight.line_id
    booked = bookings.bookings(session, subjects=[line_id]).get(line_id)
    if not booked:
        return
    try:
        raise_line(
            session,
            before=before,
            line_id=line_id,
            booking_id=booked[-1].id,
            more=more,
            terms=with_shipments(before.terms, [shipment]),
            now=now,
        )
    except Conflict as refusal:
        if refusal.code != "no_payee":
            raise


def _lower(session: Session, member: _Member, less: Money, now: datetime) -> None:
    """Credit what was agreed last first."""
    for contract in reversed(member.contracts):
        before = _line(contract, member.weight.line_id)
        part = min(less, before.amount, key=lambda one: one.minor)
        price = replace(member.weight, amount=before.amount - part)
        if part and contracts.lower(
            session, contract_id=contract.id, line_id=before.line_id, price=price, actor=SYSTEM, now=now
        ):
            after = queries.by_id(session, contract_id=contract.id)
            carried = replace(after, lines=tuple(one for one in after.lines if one.amount))
            if carried.lines:
                papers.issue_freight_contract(session, contract=carried, actor=SYSTEM, now=now)
        less -= part


def _line(contract: FreightRow, line_id: UUID) -> queries.FreightLineRow:
    return next(one for one in contract.lines if one.line_id == line_id)
