"""What a planner is given: consignments, departures with their room, and the hash that tells it from any other."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.borders.rules.lanes import LaneRule, LaneRuleCode
from marketplace.logistics.planning.rules.segregation import PLAIN, HouseRule, Nature, house_rules

_DAY: Final = 86_400
# Of its freight in thousandths: however late, it is better that goods ride than that they stay.
_MOST_LOST: Final = 500


@dataclass(frozen=True, slots=True)
class Parcel:
    """A consignment; instants in epoch seconds, ``value`` the freight in minor units of the plan's currency.

    ``home`` is the departure that it is booked on now: elsewhere it is worth less (``Instance.worth``). ``pinned`` is
    the one that somebody set it on, or where its cargo stands already.
    """

    key: str
    to: str
    load: Load
    value: int
    nature: Nature = PLAIN
    ready: int | None = None
    due: int | None = None
    home: str | None = None
    pinned: str | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """What the drawn floor of a departure came to where not everything stands on it; ``left``: parcels without place.

    Nothing more comes to such a departure: what is there fills the floor, whatever the sums of its room say.
    """

    placed: int
    total: int
    left: frozenset[str]

    def takes(self, parcel: Parcel, key: str) -> bool:
        """Tell whether a parcel may ride on the departure of this key."""
        return parcel.home == key and parcel.key not in self.left


@dataclass(frozen=True, slots=True)
class Lorry:
    """A departure: room in four dimensions, when it reaches which place, cut-off, temperatures, rules of its lane.

    ``temp_min`` and ``temp_max`` (tenths of °C) bound the set point; None for a lorry that keeps no temperature.
    ``papers_over``: it is too late for the papers of anything that is not booked on it.
    """

    key: str
    room: Load
    cutoff: int
    reaches: Mapping[str, int]
    temp_min: int | None = None
    temp_max: int | None = None
    lane: tuple[LaneRule, ...] = ()
    floor: Floor | None = None
    papers_over: bool = False


@dataclass(frozen=True)
class Instance:
    """Everything that an answer depends on; ``day`` decides which house rules hold."""

    parcels: tuple[Parcel, ...]
    lorries: tuple[Lorry, ...]
    day: date
    # What moving a booking off its departure costs, in thousandths of its freight: plans do not churn for nothing.
    move_permille: int = 20
    # Likewise for each day that it arrives later.
    day_permille: int = 5
    by_key: dict[str, int] = field(init=False, repr=False, compare=False)
    lorry_at: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number parcels and lorries."""
        object.__setattr__(self, "by_key", {parcel.key: at for at, parcel in enumerate(self.parcels)})
        object.__setattr__(self, "lorry_at", {lorry.key: at for at, lorry in enumerate(self.lorries)})

    @cached_property
    def house(self) -> tuple[HouseRule, ...]:
        """The house's rules of its day."""
        return house_rules(self.day)

    def worth(self, parcel: Parcel, lorry: Lorry) -> int:
        """Return what it is worth that this rides there: less off its departure, and less each day later."""
        if parcel.home is None or parcel.home == lorry.key:
            return parcel.value
        home = self.lorries[self.lorry_at[parcel.home]] if parcel.home in self.lorry_at else None
        later = 0 if home is None else lorry.reaches[parcel.to] - home.reaches.get(parcel.to, 0)
        lost = self.move_permille + self.day_permille * max(later, 0) // _DAY
        return parcel.value - parcel.value * min(lost, _MOST_LOST) // 1_000

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "day": self.day.isoformat(),
            "move_permille": self.move_permille,
            "day_permille": self.day_permille,
            "parcels": [_parcel(each) for each in self.parcels],
            "lorries": [_lorry(each) for each in self.lorries],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Instance":
        """Read what ``document`` wrote."""
        return cls(
            parcels=tuple(
                Parcel(key, to, Load(*load), value, Nature(one[0], tuple(one[1]), *one[2:]), *times)
                for key, to, load, value, one, *times in document["parcels"]
            ),
            lorries=tuple(
                Lorry(key, Load(*room), cutoff, reaches, coldest, warmest, _lane(lane), _floor(floor), over)
                for key, room, cutoff, reaches, coldest, warmest, lane, floor, over in document["lorries"]
            ),
            day=date.fromisoformat(document["day"]),
            move_permille=document["move_permille"],
            day_permille=document["day_permille"],
        )

    @cached_property
    def sha256(self) -> str:
        """The hash of what was given."""
        text = json.dumps(self.document(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _amounts(load: Load) -> list[int]:
    return [getattr(load, name) for name in DIMENSIONS]


def _nature(one: Nature) -> list[Any]:
    return [one.un_number, list(one.labels), one.food, one.temp_min, one.temp_max, one.product, one.company]


def _parcel(one: Parcel) -> list[Any]:
    times = (one.ready, one.due, one.home, one.pinned)
    return [one.key, one.to, _amounts(one.load), one.value, _nature(one.nature), *times]


def _lorry(one: Lorry) -> list[Any]:
    reaches = dict(sorted(one.reaches.items()))
    lane = [[rule.code, dict(rule.parameters)] for rule in one.lane]
    floor = one.floor and [one.floor.placed, one.floor.total, sorted(one.floor.left)]
    return [one.key, _amounts(one.room), one.cutoff, reaches, one.temp_min, one.temp_max, lane, floor, one.papers_over]


def _lane(rules: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[LaneRule, ...]:
    return tuple(LaneRule(LaneRuleCode(code), parameters) for code, parameters in rules)


def _floor(written: list[Any] | None) -> Floor | None:
    return None if written is None else Floor(written[0], written[1], frozenset(written[2]))
