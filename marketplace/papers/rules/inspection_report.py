"""The report of an inspection before shipment: plan, what was found, checklist, result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.papers.rules.data import plain
from marketplace.papers.rules.parts import Party, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionReport:
    """One line of an order as an inspector found it; ``accepted`` and ``found`` are critical, major and minor.

    ``checklist`` is each point with ok, not_ok or not_applicable; ``result`` is passed, conditional or failed.
    """

    number: str
    order: str
    issued_on: date
    inspector: Party
    seller: Party
    buyer: Party
    sku: str
    title: Texts
    hs_code: str
    quantity: int
    unit: str
    inspected_on: date
    standard: str
    level: str
    letter: str
    sample: int
    major_aql: str
    minor_aql: str
    accepted: tuple[int, int, int]
    found: tuple[int, int, int]
    checklist: Mapping[str, str]
    result: str

    def to_data(self) -> dict[str, Any]:
        """Return what the document holds, as text-only JSON."""
        return plain(self)
