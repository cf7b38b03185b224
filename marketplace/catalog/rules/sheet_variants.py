"""Variants as columns of a sheet: the group that a row's article is in, and what it is there, ``Colour=red; Size=L``.

The first row of a new group says by what its variants differ. A row that says nothing leaves its article where it is,
and none takes an article out of its group: that is done by hand, where the others of the group are seen. A group may
begin with one article; its others come with other rows, or with another sheet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from marketplace.catalog.rules.list_cells import marked, parted, unmarked
from marketplace.catalog.rules.variants import LONGEST_NAME, LONGEST_WORD, MOST_AXES, MOST_VARIANTS
from marketplace.kernel.errors import FieldError, Refused

GROUP: Final = "variant_group"
VALUES: Final = "variant_values"
COLUMNS: Final = (GROUP, VALUES)
# The wide ones are what a Chinese keyboard writes.
_ENDS: Final = ";；"
_IS: Final = "=＝"
_MARKS: Final = _ENDS + _IS
_EXAMPLE: Final = "Colour=red; Size=L"


@dataclass(frozen=True, slots=True)
class InGroup:
    """What an article is in its group: the group's name, what its variants differ by, and the article's values."""

    group: str
    axes: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(slots=True)
class Groups:
    """Groups of a merchant as rows find them and leave them: by name what they differ by, and their articles' values.

    ``homes`` names the group of each article.
    """

    axes: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    members: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict[str, dict[str, tuple[str, ...]]])
    homes: dict[str, str] = field(default_factory=dict[str, str])

    def of(self, sku: str) -> InGroup | None:
        """Return what an article is, None for one that is in no group."""
        name = self.homes.get(sku)
        return InGroup(name, self.axes[name], self.members[name][sku]) if name is not None else None

    def put(self, sku: str, place: InGroup) -> None:
        """Let an article be this."""
        self.axes.setdefault(place.group, place.axes)
        self.members.setdefault(place.group, {})[sku] = place.values
        self.homes[sku] = place.group

    def learn(self, other: "Groups") -> None:
        """Take up groups that are not known yet; those that are known are further on than where they were found."""
        for name in other.axes.keys() - self.axes.keys():
            self.axes[name] = other.axes[name]
            for sku, values in other.members.get(name, {}).items():
                self.put(sku, InGroup(name, other.axes[name], values))


def cells_of(place: InGroup | None) -> dict[str, str]:
    """Return what an article is in its group as the cells of a row."""
    if place is None:
        return {}
    said = zip(place.axes, place.values, strict=True)
    words = "; ".join(f"{marked(axis, _MARKS)}={marked(value, _MARKS)}" for axis, value in said)
    return {GROUP: place.group, VALUES: words}


def wanted(values: Mapping[str, Any], groups: Groups) -> InGroup | None:
    """Return what a row wants its article to be, None where it says nothing; Refused names the column at fault."""
    said, words = values.get(GROUP), values.get(VALUES)
    if (said is None and words is None) or "follows" in values:
        return None
    home = groups.homes.get(str(values.get("sku", "")))
    name = said if said is not None else home
    if name is None:
        raise Refused.field(GROUP, "required", "the name of a group")
    if home is not None and name != home:
        raise Refused.field(GROUP, "variant_moved", group=home)
    if len(name) > LONGEST_NAME:
        raise Refused.field(GROUP, "too_long", f"at most {LONGEST_NAME} characters")
    if words is not None:
        return _placed(name, words, groups.axes.get(name, ()))
    if home is None:
        raise Refused.field(VALUES, "required", _shape(groups.axes.get(name, ())))
    return None


def unwanted(values: Mapping[str, Any], groups: Groups) -> tuple[FieldError, ...]:
    """Return what is wrong with what a row says of groups, whether or not it is written."""
    try:
        wanted(values, groups)
    except Refused as refusal:
        return refusal.errors
    return ()


def settle(rows: Sequence[Mapping[str, Any]], groups: Groups) -> list[tuple[FieldError, ...]]:
    """Let the articles of rows be what the rows want, and return why each cannot be; nothing for one that can.

    Rows are taken together, so that two may exchange their values. Of two that want the same, the first is given it.
    """
    refused: list[tuple[FieldError, ...]] = [() for _ in rows]
    wishes: dict[int, tuple[str, InGroup]] = {}
    begun = Groups(dict(groups.axes), groups.members, groups.homes)
    for at, values in enumerate(rows):
        try:
            place = wanted(values, begun)
        except Refused as refusal:
            refused[at] = refusal.errors
            continue
        if place is not None:
            begun.axes.setdefault(place.group, place.axes)
            wishes[at] = str(values["sku"]), place
    # Who is refused stays what it was, which may be what another was given: until nobody is in another's place.
    while late := _late(wishes, groups):
        for at, error in late.items():
            refused[at] = (error,)
            del wishes[at]
    for sku, place in wishes.values():
        groups.put(sku, place)
    return refused


def _late(wishes: Mapping[int, tuple[str, InGroup]], groups: Groups) -> dict[int, FieldError]:
    """Return the rows whose article would be what another of its group is, or one too many."""
    moving = {sku for sku, place in wishes.values() if groups.of(sku) != place}
    taken = {
        name: {_folded(values): sku for sku, values in groups.members.get(name, {}).items() if sku not in moving}
        for name in {place.group for _, place in wishes.values()}
    }
    found: dict[int, FieldError] = {}
    for at, (sku, place) in wishes.items():
        if sku in moving:
            first = taken[place.group].setdefault(_folded(place.values), sku)
            if first != sku:
                found[at] = FieldError(VALUES, "variant_same", "", {"sku": first})
            elif len(taken[place.group]) > MOST_VARIANTS:
                found[at] = FieldError(GROUP, "variant_full", f"at most {MOST_VARIANTS} articles")
    return found


def _placed(name: str, words: str, axes: tuple[str, ...]) -> InGroup:
    """Read an article's values, in any order; of a group that is not there yet they say what it differs by."""
    said = _said(words)
    known = axes or tuple(axis for axis, _ in said)
    values = {axis.casefold(): value for axis, value in said}
    if len(values) < len(said) or (not axes and len(known) > MOST_AXES):
        raise Refused.field(VALUES, "variant_axes", f"1 to {MOST_AXES}, each another")
    if strange := [axis for axis, _ in said if axis.casefold() not in {each.casefold() for each in known}]:
        raise Refused.field(VALUES, "variant_axis", _shape(known), axis=strange[0])
    if lacking := [axis for axis in known if not values.get(axis.casefold())]:
        raise Refused.field(VALUES, "variant_blank", _shape(known), axis=lacking[0])
    if any(len(word) > LONGEST_WORD for pair in said for word in pair):
        raise Refused.field(VALUES, "too_long", f"at most {LONGEST_WORD} characters")
    return InGroup(name, known, tuple(values[axis.casefold()] for axis in known))


def _said(words: str) -> list[tuple[str, str]]:
    """Return the pairs that stand in a cell."""
    pairs = [parted(entry, _IS) for entry in parted(words, _ENDS) if entry.strip()]
    plain = [tuple(" ".join(unmarked(part, _MARKS).split()) for part in pair) for pair in pairs]
    if not plain or any(len(pair) != 2 or not pair[0] for pair in plain):
        raise Refused.field(VALUES, "variant_cell", _EXAMPLE)
    return [(pair[0], pair[1]) for pair in plain]


def _shape(axes: Sequence[str]) -> str:
    """Return how the values of a group are written."""
    return "; ".join(f"{marked(axis, _MARKS)}=…" for axis in axes) or _EXAMPLE


def _folded(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(value.casefold() for value in values)
