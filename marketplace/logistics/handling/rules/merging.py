"""What the acts of several phones come to: worked out from the set of them, so no order and no repetition matters.

Of each carton the act that was *done* last decides (by the phone's clock, then by id), whenever the server heard of
it, as long as the doors were open then: what is heard later is kept and decides nothing. Two acts differ where they
say other things about one carton and neither's phone had seen the other, or one of them came too late to correct it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

# Scales and rulers differ a little: by at most this many thousandths two measurements are one.
SAME_WITHIN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """An act about cartons ``first`` to ``first + pieces - 1``; grams and cm³ are of all of them.

    ``number`` is its turn on the server, ``base`` the last turn that its phone had seen; ``after_seal``: it was heard
    of when the lorry was sealed or gone.
    """

    id: UUID
    done_at: datetime
    first: int
    pieces: int
    grams: int = 0
    cm3: int = 0
    damaged: int = 0
    device: str = ""
    number: int = 0
    base: int = 0
    after_seal: bool = False

    @property
    def cartons(self) -> range:
        """The numbers of its cartons."""
        return range(self.first, self.first + self.pieces)

    @property
    def turn(self) -> tuple[bool, datetime, UUID]:
        """What decides which of two acts counts: the greater."""
        return not self.after_seal, self.done_at, self.id

    def share(self, carton: int, total: int) -> int:
        """Return what one of its cartons has of a total: the shares of all add up to it."""
        place = carton - self.first
        return total * (place + 1) // self.pieces - total * place // self.pieces


@dataclass(frozen=True, slots=True)
class Sums:
    """Cartons, grams, cubic centimetres, and cartons damaged."""

    cartons: int = 0
    grams: int = 0
    cm3: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Two acts that say different things about a carton: the one that counts, and the other."""

    counts: Lot
    other: Lot


def deciding(lots: Iterable[Lot]) -> dict[int, Lot]:
    """Return the act that decides about each carton."""
    found: dict[int, Lot] = {}
    for lot in sorted({lot.id: lot for lot in lots}.values(), key=lambda lot: lot.turn):
        found |= dict.fromkeys(lot.cartons, lot)
    return found


def sums(decided: Mapping[int, Lot], cartons: Collection[int] | None = None) -> Sums:
    """Return what these cartons come to, all of them where none are named."""
    wanted = [carton for carton in decided if cartons is None or carton in cartons]
    grams, cm3, damaged = (
        sum(decided[carton].share(carton, getattr(decided[carton], name)) for carton in wanted)
        for name in ("grams", "cm3", "damaged")
    )
    return Sums(len(wanted), grams, cm3, damaged)


def differences(lots: Iterable[Lot]) -> tuple[Difference, ...]:
    """Return the pairs that say different things without one correcting the other, by the turn of what counts."""
    known = sorted({lot.id: lot for lot in lots}.values(), key=lambda lot: lot.turn)
    return tuple(
        Difference(later, earlier)
        for place, later in enumerate(known)
        for earlier in known[:place]
        if _overlap(earlier, later) and not _corrects(earlier, later) and not _agree(earlier, later)
    )


def _overlap(one: Lot, other: Lot) -> bool:
    return max(one.first, other.first) < min(one.cartons.stop, other.cartons.stop)


def _corrects(one: Lot, other: Lot) -> bool:
    """Tell whether one of two was done by somebody who knew of the other, in time: a correction, no difference."""
    if one.after_seal is not other.after_seal:
        return False
    return 0 < one.number <= other.base or 0 < other.number <= one.base


def _agree(one: Lot, other: Lot) -> bool:
    """Tell whether two acts say the same of a carton, as exactly as scales do."""
    pairs = ((one.grams, other.grams), (one.cm3, other.cm3))
    if any(abs(a * other.pieces - b * one.pieces) * 1_000 > SAME_WITHIN * a * other.pieces for a, b in pairs):
        return False
    return one.damaged * other.pieces == other.damaged * one.pieces


def with_unnumbered(numbered: Collection[int], handed: int, *, cartons: int) -> frozenset[int]:
    """Return the cartons that are there: those named, and of those that came without numbers the lowest free ones."""
    free = (number for number in range(1, cartons + 1) if number not in numbered)
    return frozenset(numbered) | frozenset(
        number for number, _ in zip(free, range(handed - len(numbered)), strict=False)
    )


def all_aboard(numbered: Collection[int], handed: int, aboard: Collection[int], *, cartons: int) -> bool:
    """Tell whether all cartons that are there are on the lorry: those named, and as many as came without numbers."""
    named = frozenset(numbered)
    if not named:
        return 0 < handed <= sum(1 for number in aboard if number <= cartons)
    return with_unnumbered(named, handed, cartons=cartons) <= frozenset(aboard)
