"""The labels of a line's cartons: the marks as on every other paper, and each carton's own code."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from marketplace.papers.rules.data import plain
from marketplace.papers.rules.packing_list import Marks

# A paper of so many pages is set within a few seconds; a line of more cartons has several papers.
PER_PAPER: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CartonLabel:
    """One carton: its number from 1, and its serial shipping container code."""

    number: int
    sscc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CartonLabels:
    """Labels of a line's cartons, each a page of A6; none once the line was packed anew into fewer.

    Without a date: while marks and cartons stay the same, so does the paper. ``marks`` is one.
    """

    number: str
    order: str
    marks: tuple[Marks, ...]
    labels: tuple[CartonLabel, ...]

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)


def papers(*, number: str, order: str, marks: Marks, codes: Sequence[str], before: int = 0) -> list[CartonLabels]:
    """Return the papers of a line's labels, ``codes`` those of its cartons; ``before`` papers were issued earlier.

    Those of them that no carton is left for hold no label any more.
    """
    labels = [CartonLabel(number=place, sscc=code) for place, code in enumerate(codes, 1)]
    count = max(before, -(-len(labels) // PER_PAPER))
    return [
        CartonLabels(
            number=number if part == 0 else f"{number}/{part + 1}",
            order=order,
            marks=(marks,),
            labels=tuple(labels[part * PER_PAPER : (part + 1) * PER_PAPER]),
        )
        for part in range(count)
    ]
