"""What a merchant says of an offer, checked whole so that every wrong field is named at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from marketplace.catalog.rules.packing import Packing, check_packing
from marketplace.catalog.rules.pricing import LARGEST_QUANTITY, Ladder, check_ladders
from marketplace.catalog.rules.sheet_details import Beside
from marketplace.catalog.rules.sheet_variants import InGroup
from marketplace.catalog.rules.texts import LANGUAGES, LONGEST_DESCRIPTION, LONGEST_TITLE, check_texts
from marketplace.kernel.errors import FieldError, Refused
from marketplace.reference.rules import RCEP, UNITS, hs_code

LONGEST_LEAD_DAYS: Final = 365
_SKU: Final = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f\n]{0,62}[^\s\x00-\x1f])?")
_GRADE_LETTERS: Final = 60


@dataclass(frozen=True, slots=True)
class ListingDraft:
    """One offer as its merchant states it.

    ``titles`` and ``descriptions`` are by language, ``source_locale`` is the merchant's own. ``stock`` units lie ready,
    or the goods are made in ``lead_days``. ``hub_code`` is where they are handed over; None takes the FCA place, else
    the city's first hub. ``packing`` None leaves freight unknown. ``category`` and ``commodity`` are codes; without a
    commodity the listing stands on its own page. ``beside`` is what a sheet says beside the offer, None where it is not
    looked at: who writes a listing's offer does not write that. ``variant`` is what the goods are in their group, None
    for goods in none, and where no sheet asks.
    """

    sku: str
    titles: Mapping[str, str]
    source_locale: str
    hs: str
    origin: str
    unit: str
    moq: int
    multiple: int
    ladders: tuple[Ladder, ...]
    stock: int | None = None
    lead_days: int | None = None
    packing: Packing | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict[str, str])
    category: str | None = None
    commodity: str | None = None
    grade: str = ""
    hub_code: str | None = None
    beside: Beside | None = None
    variant: InGroup | None = None


def check_draft(draft: ListingDraft) -> None:
    """Raise Refused naming every field that is wrong by itself; places and categories are the service's to check."""
    errors = [
        *_check_identity(draft),
        *check_texts("title", draft.titles, source=draft.source_locale, longest=LONGEST_TITLE, needed=True),
        *check_texts(
            "description", draft.descriptions, source=draft.source_locale, longest=LONGEST_DESCRIPTION, needed=False
        ),
        *_check_goods(draft),
        *_check_quantities(draft),
        *check_ladders(draft.ladders),
        *_check_supply(draft),
    ]
    if draft.packing is not None and draft.multiple >= 1:
        errors += check_packing(draft.packing, multiple=draft.multiple)
    if errors:
        raise Refused.fields(*errors)


def _check_identity(draft: ListingDraft) -> list[FieldError]:
    errors: list[FieldError] = []
    if not _SKU.fullmatch(draft.sku):
        errors.append(FieldError("sku", "sku", "1 to 64 characters on one line"))
    if draft.source_locale not in LANGUAGES:
        errors.append(FieldError("locale", "choice", ", ".join(LANGUAGES)))
    return errors


def _check_goods(draft: ListingDraft) -> list[FieldError]:
    errors: list[FieldError] = []
    try:
        hs_code(draft.hs)
    except Refused as refusal:
        errors += [FieldError("hs", error.code, error.accepted, error.facts) for error in refusal.errors]
    if draft.origin not in RCEP:
        errors.append(FieldError("origin", "choice", ", ".join(sorted(RCEP))))
    if draft.unit not in UNITS:
        errors.append(FieldError("unit", "choice", ", ".join(sorted(UNITS))))
    if len(draft.grade) > _GRADE_LETTERS:
        errors.append(FieldError("grade", "too_long", f"at most {_GRADE_LETTERS} characters"))
    return errors


def _check_quantities(draft: ListingDraft) -> list[FieldError]:
    amounts = {"moq": draft.moq, "multiple": draft.multiple}
    return [
        FieldError(name, "too_small" if amount < 1 else "too_large", f"1 to {LARGEST_QUANTITY}")
        for name, amount in amounts.items()
        if not 1 <= amount <= LARGEST_QUANTITY
    ]


def _check_supply(draft: ListingDraft) -> list[FieldError]:
    if (draft.stock is None) == (draft.lead_days is None):
        return [FieldError("stock", "stock_or_lead", "either stock, or lead_days for goods made to order")]
    if draft.stock is not None and not 0 <= draft.stock <= LARGEST_QUANTITY:
        return [FieldError("stock", "too_small" if draft.stock < 0 else "too_large", f"0 to {LARGEST_QUANTITY}")]
    if draft.lead_days is not None and not 1 <= draft.lead_days <= LONGEST_LEAD_DAYS:
        accepted = f"1 to {LONGEST_LEAD_DAYS} days"
        return [FieldError("lead_days", "too_small" if draft.lead_days < 1 else "too_large", accepted)]
    return []
