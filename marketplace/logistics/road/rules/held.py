"""What can be done for a consignment on a lorry that is held, what each costs, and to whose account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money

_TONNE: Final = 1_000_000
LONGEST_WAIT: Final = timedelta(days=30)


class Option(StrEnum):
    """What is chosen for a consignment on a held lorry."""

    WAIT = "wait"
    OFF_LOAD = "off_load"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Fee:
    """A published price: so much once, and so much for each begun tonne or hour, in minor units."""

    fixed: int
    each: int


# Fictitious figures: no tariff of this corridor for a lorry that is held was found.
CURRENCY: Final = "CNY"
FEES: Final[dict[Option, Fee]] = {
    Option.WAIT: Fee(0, 120_00),  # an hour of the whole lorry
    Option.OFF_LOAD: Fee(400_00, 90_00),  # a tonne
    Option.TRANSFER: Fee(600_00, 140_00),  # a tonne
}
SOURCE: Final = "fictitious"


@dataclass(frozen=True, slots=True)
class Quoted:
    """An option with its cost and when the goods are expected then; None: nobody knows yet."""

    option: Option
    cost: Money
    eta: datetime | None


def cost_of(option: Option, *, grams: int = 0, minutes: int = 0) -> Money:
    """Return what an option costs: waiting by begun hours, the others by begun tonnes of what is moved."""
    fee = FEES[option]
    units = -(-minutes // 60) if option is Option.WAIT else -(-grams // _TONNE)
    return Money(fee.fixed + fee.each * units, CURRENCY)


def waited(since: datetime, until: datetime) -> int:
    """Return the minutes from an instant to another; Refused ``until`` before it, or more than thirty days after."""
    if not since < until <= since + LONGEST_WAIT:
        last = since + LONGEST_WAIT
        raise Refused.field("until", "range", f"{since.isoformat(timespec='minutes')} to {last.isoformat()}")
    return int((until - since) / timedelta(minutes=1))


def later(eta: datetime, *, since: datetime, until: datetime) -> datetime:
    """Return when goods arrive whose lorry stands from one instant to another."""
    return eta + (until - since)


def quotes(
    *, eta: datetime, since: datetime, until: datetime, grams: int, transfer_eta: datetime | None
) -> tuple[Quoted, ...]:
    """Return what may be chosen for one consignment, waiting until an instant first; transfer where a lorry takes it.

    Waiting is paid for the whole lorry once.
    """
    found = [
        Quoted(Option.WAIT, cost_of(Option.WAIT, minutes=waited(since, until)), later(eta, since=since, until=until)),
        Quoted(Option.OFF_LOAD, cost_of(Option.OFF_LOAD, grams=grams), None),
    ]
    if transfer_eta is not None:
        found.append(Quoted(Option.TRANSFER, cost_of(Option.TRANSFER, grams=grams), transfer_eta))
    return tuple(found)


def may_end(*, runs: bool, is_own: bool) -> bool:
    """Tell whether somebody lets a held lorry go on: who runs it, and who said why it stands."""
    return runs or is_own


def first_to_act(is_cold: bool, due_at: datetime | None, reference: str) -> tuple[bool, bool, float, str]:  # noqa: FBT001  a sort key
    """Return by what consignments of a held lorry are listed: perishables first, then what is due first."""
    return (not is_cold, due_at is None, due_at.timestamp() if due_at else 0.0, reference)
