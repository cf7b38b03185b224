"""Dangerous goods: what they are by the UN Model Regulations, or the signed answer that they are none.

Goods of a category that usually are dangerous are undecided until somebody answers; undecided goods have no freight,
as goods without packing have none: nothing is ever carried for a price that knows nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marketplace.catalog.rules.details.reading import Sheet, iso, plain

# UN Model Regulations, chapter 2.0: classes with their divisions.
CLASSES: Final = (
    "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1", "2.2", "2.3", "3", "4.1", "4.2", "4.3", "5.1", "5.2", "6.1",
    "6.2", "7", "8", "9",
)  # fmt: skip
# Nobody published what the road takes, so this is the house's own rule: explosives, infectious and radioactive goods
# ride on none of its lorries.
NOT_CARRIED: Final = frozenset({each for each in CLASSES if each.startswith("1.")} | {"6.2", "7"})
GROUPS: Final = ("I", "II", "III")
# 2.0.1.3: these have no packing group.
_WITHOUT_GROUP: Final = frozenset({each for each in CLASSES if each[0] in "127"} | {"5.2", "6.2"})
BATTERIES: Final = ("lithium_ion", "lithium_metal", "sodium_ion", "nickel_metal_hydride", "lead_acid")
# Manual of Tests and Criteria, 38.3: a test summary is made available with these.
_TESTED: Final = frozenset({"lithium_ion", "lithium_metal", "sodium_ion"})
_MEASURED: Final = frozenset({"lithium_ion", "sodium_ion"})
QUANTITY_UNITS: Final = ("KGM", "LTR")
_LAST_UN: Final = 3_600


class Answer(StrEnum):
    """What was answered."""

    DANGEROUS = "dangerous"
    NOT_DANGEROUS = "not_dangerous"


class Hindrance(StrEnum):
    """Why no freight can be named, whatever the packing."""

    UNDECIDED = "undecided"
    NOT_CARRIED = "not_carried"


@dataclass(frozen=True, slots=True)
class DangerousGoods:
    """An answer that somebody signs; ``net_quantity`` is of one carton, ``watt_hours`` of one battery. Material."""

    answer: Answer
    un_number: str | None = None
    hazard_class: str | None = None
    packing_group: str | None = None
    net_quantity: Decimal | None = None
    net_unit: str | None = None
    battery: str | None = None
    watt_hours: Decimal | None = None
    test_summary: UUID | None = None
    test_summary_on: date | None = None
    safety_sheet: UUID | None = None
    safety_sheet_on: date | None = None

    @property
    def document(self) -> dict[str, Any]:
        """What is stored and signed, without who signed."""
        return {
            "answer": self.answer.value,
            "un_number": self.un_number,
            "hazard_class": self.hazard_class,
            "packing_group": self.packing_group,
            "net_quantity": plain(self.net_quantity),
            "net_unit": self.net_unit,
            "battery": self.battery,
            "watt_hours": plain(self.watt_hours),
            "test_summary": str(self.test_summary) if self.test_summary else None,
            "test_summary_on": iso(self.test_summary_on),
            "safety_sheet": str(self.safety_sheet) if self.safety_sheet else None,
            "safety_sheet_on": iso(self.safety_sheet_on),
        }


# What goods that are not dangerous do not have; a paper that was handed in about them contradicts nothing.
_OF_DANGER: Final = ("un_number", "hazard_class", "packing_group", "net_quantity", "battery", "watt_hours")


def parse(given: Mapping[str, Any]) -> DangerousGoods:
    """Read an answer; Refused naming what is wrong, ``confirmed`` when nobody answers for it."""
    sheet = Sheet(given)
    answer = sheet.choice("answer", [each.value for each in Answer], needed=True)
    if not sheet.tick("confirmed"):
        sheet.refuse("confirmed", "required", "a tick: who saves this answers for it")
    if answer != Answer.DANGEROUS:
        for name in _OF_DANGER if answer else ():
            if given.get(name) not in (None, ""):
                sheet.refuse(name, "not_dangerous_said", "nothing, or the answer that the goods are dangerous")
        sheet.done()
        return DangerousGoods(Answer.NOT_DANGEROUS)
    hazard = sheet.choice("hazard_class", CLASSES, needed=True)
    battery = sheet.choice("battery", BATTERIES)
    found = DangerousGoods(
        answer=Answer.DANGEROUS,
        un_number=_un_number(sheet, given),
        hazard_class=hazard,
        packing_group=sheet.choice("packing_group", GROUPS),
        net_quantity=sheet.decimal("net_quantity", least="0.001", most="100000", places=3, needed=True),
        net_unit=sheet.choice("net_unit", QUANTITY_UNITS, needed=True),
        battery=battery,
        watt_hours=sheet.decimal("watt_hours", least="0.01", most="1000000", places=2, needed=battery in _MEASURED),
        test_summary=sheet.file("test_summary", needed=battery in _TESTED),
        test_summary_on=sheet.day("test_summary_on", needed=battery in _TESTED),
        safety_sheet=sheet.file("safety_sheet", needed=True),
        safety_sheet_on=sheet.day("safety_sheet_on", needed=True),
    )
    if found.packing_group and hazard in _WITHOUT_GROUP:
        sheet.refuse("packing_group", "packing_group_none", "no packing group for this class")
    if battery in _TESTED and hazard not in (None, "9"):
        sheet.refuse("hazard_class", "choice", "9")
    sheet.done()
    return found


def _un_number(sheet: Sheet, given: Mapping[str, Any]) -> str | None:
    text = str(given.get("un_number") or "").upper().removeprefix("UN").strip()
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and 4 <= int(text) <= _LAST_UN):
        sheet.refuse("un_number", "un_number", "four digits, such as UN 3480")
        return None
    return text


def hindrance(document: Mapping[str, Any] | None, *, is_asked: bool) -> Hindrance | None:
    """Return why no freight can be named: an answer is owed, or no lorry of the city takes goods of that class."""
    if document is None:
        return Hindrance.UNDECIDED if is_asked else None
    return Hindrance.NOT_CARRIED if document.get("hazard_class") in NOT_CARRIED else None
