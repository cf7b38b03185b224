"""How the freight of an order line is shared by what carries it, and what the ledger says is earned of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.rules.freight import chargeable


class Free(StrEnum):
    """Why nothing is charged for what rides."""

    NO_CONTRACT = "no_contract"
    CANCELLED = "cancelled"
    LET_OFF = "let_off"


@dataclass(frozen=True, slots=True)
class Carried:
    """A booking that carries goods of a subject, the first part first."""

    booking_id: UUID
    departure_id: UUID
    load: Load


@dataclass(frozen=True, slots=True)
class Posted:
    """What the ledger says of a freight contract, in minor units: each as it moves what the carrier is owed.

    ``due``: fell due and was let off unpaid; ``back``: is owed back (negative); ``charges``: banks kept (negative);
    ``released``: a provider gave it to the carrier.
    """

    due: int = 0
    back: int = 0
    charges: int = 0
    released: int = 0

    def earned(self, *, is_cancelled: bool) -> int:
        """Return what the carrier has earned; of a contract that ended, what banks kept never reached it."""
        return self.due + self.back + self.released + (self.charges if is_cancelled else 0)


def shared(amount: Money, carried: Sequence[Carried], *, m3_factor: int, ldm_factor: int) -> dict[UUID, Money]:
    """Return what of a line's freight is each booking's: by chargeable weight, the largest remainders first.

    The parts are the whole exactly.
    """
    weights = [chargeable(one.load, m3_factor=m3_factor, ldm_factor=ldm_factor).grams for one in carried]
    return dict(zip((one.booking_id for one in carried), amount.share(weights), strict=True))


def why_free(amount: Money | None, *, had_contract: bool) -> Free | None:
    """Return why nothing is charged: there is no contract, none stands any more, or all was let off; else None."""
    if amount is None:
        return Free.CANCELLED if had_contract else Free.NO_CONTRACT
    return None if amount else Free.LET_OFF
