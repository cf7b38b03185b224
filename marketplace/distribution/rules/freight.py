"""A freight contract as it is agreed: payer, carrier, tariff as frozen, one amount per order line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marketplace.distribution.rules.cargo import NOTHING_SAID, Said
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules import making
from marketplace.logistics.pricing.rules.making import Component
from marketplace.logistics.rules.freight import chargeable, freight, from_frozen
from marketplace.orders.rules.incoterms import is_included
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.terms import Mode, PayeeAccount, Rail


class ContractState(StrEnum):
    """Whether a freight contract stands."""

    AGREED = "agreed"
    CANCELLED = "cancelled"


_VEHICLE: Final = "whole"
LIFECYCLE: Final = Lifecycle("freight_contract", {ContractState.AGREED: {"cancel": ContractState.CANCELLED}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A whole lorry that a contract is for: its price, all in, and what a started hour costs beyond the free minutes.

    The amounts of the contract are the shares of its lines in that price.
    """

    departure_id: UUID
    price: Money
    free_minutes: int
    waiting: Money

    @property
    def frozen(self) -> dict[str, Any]:
        """Return it as a contract's terms have it."""
        return {
            "departure": str(self.departure_id),
            "currency": self.price.currency,
            "price_minor": self.price.minor,
            "free_minutes": self.free_minutes,
            "waiting_minor": self.waiting.minor,
        }


def vehicle_of(terms: Mapping[str, Any]) -> Vehicle | None:
    """Return the whole lorry that a contract with these terms is for, None for one by weight."""
    found = terms.get(_VEHICLE)
    if found is None:
        return None
    return Vehicle(
        departure_id=UUID(found["departure"]),
        price=Money(found["price_minor"], found["currency"]),
        free_minutes=found["free_minutes"],
        waiting=Money(found["waiting_minor"], found["currency"]),
    )


def per_vehicle(terms: Mapping[str, Any], vehicle: Vehicle | None) -> dict[str, Any]:
    """Return a contract's terms for a whole lorry, for None those by weight."""
    rest = {name: value for name, value in terms.items() if name != _VEHICLE}
    return rest if vehicle is None else {**rest, _VEHICLE: vehicle.frozen}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSpace:
    """The room that one order line needs: held at once for goods from stock, aimed at for goods made to order."""

    line_id: UUID
    departure_id: UUID
    to_place: str
    load: Load
    quantity: int
    from_stock: bool
    shipper_id: UUID
    consignee_id: UUID
    cargo: Said = NOTHING_SAID
    hs_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightLine:
    """The freight of one order line."""

    line_id: UUID
    amount: Money
    chargeable_g: int
    binding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreightAgreement:
    """What a freight contract freezes; ``terms`` are the tariff's figures."""

    id: UUID
    reference: str
    order_id: UUID
    payer_id: UUID
    carrier_id: UUID
    carrier: Party  # as papers name it
    tariff_id: UUID
    terms: dict[str, Any]
    mode: Mode
    rail: Rail
    payee: PayeeAccount | None
    lines: tuple[FreightLine, ...]

    @property
    def total(self) -> Money:
        """The freight of all lines."""
        total = Money.zero(self.lines[0].amount.currency)
        for line in self.lines:
            total += line.amount
        return total


def frozen_contract(agreement: FreightAgreement) -> dict[str, Any]:
    """Return the columns of a freight contract that nothing writes after it is agreed."""
    return {
        "reference": agreement.reference,
        "order_id": agreement.order_id,
        "payer_id": agreement.payer_id,
        "carrier_id": agreement.carrier_id,
        "carrier": asdict(agreement.carrier),
        "tariff_id": agreement.tariff_id,
        "terms": agreement.terms,
        "currency": agreement.total.currency,
        "total_minor": agreement.total.minor,
        "mode": agreement.mode,
        "rail": agreement.rail,
        "payee": agreement.payee.as_json() if agreement.payee else None,
    }


def repriced(terms: Mapping[str, Any], *, line_id: UUID, load: Load) -> FreightLine:
    """Return what the figures that a contract froze say of another load; its least charge holds."""
    rates = from_frozen(terms)
    weight = chargeable(load, m3_factor=rates.m3_factor, ldm_factor=rates.ldm_factor)
    return FreightLine(
        line_id=line_id, amount=freight(weight, rates), chargeable_g=weight.grams, binding=str(weight.binding)
    )


def made_up(terms: Mapping[str, Any], chargeable_g: int) -> tuple[Component, ...]:
    """Return what a contract's frozen figures make the freight of a chargeable weight up of."""
    rates = from_frozen(terms)
    return making.components(chargeable_g, per_kg=rates.per_kg, minimum=rates.minimum, terms=rates.terms)


def payer_of(incoterm: str, *, buyer_id: UUID, merchant_id: UUID) -> UUID:
    """Return who owes the carrier: the buyer unless the price basis puts the carriage on the seller."""
    return merchant_id if is_included(incoterm) else buyer_id
