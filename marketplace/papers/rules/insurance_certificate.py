"""The certificate of a cargo insurance: who insures what for how much, under which clauses, on which voyage."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.money import Money
from marketplace.papers.rules.data import plain
from marketplace.papers.rules.packing_list import Marks
from marketplace.papers.rules.parts import Party, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceCertificate:
    """One consignment under an open cover, or by itself; ``rate`` is a decimal per mille, ``clauses`` A, B or C.

    ``fictitious``: "yes" where the cover is a demonstration's.
    """

    number: str
    order: str
    departure: str
    issued_on: date
    insurer: Party
    insured: Party
    policy: str
    clauses: str
    value_of: Money
    uplift_percent: int
    insured_value: Money
    rate: str
    premium: Money
    origin: Texts
    destination: Texts
    conveyance: str
    goods: Texts
    cartons: int
    marks: tuple[Marks, ...]
    fictitious: str

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
