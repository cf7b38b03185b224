"""The labels of a booth: one for each exhibit, with the address that its code opens."""

from dataclasses import dataclass
from typing import Any

from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What stands beside an exhibit; ``address`` is drawn as a code, too."""

    title: Texts
    sku: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothLabels:
    """The labels of a booth, each on a page of its own of this ``size``: a5 or a6. Without a date: they do not age."""

    number: str
    company: str
    hall: Texts
    booth: str
    size: str
    labels: tuple[Label, ...]

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
