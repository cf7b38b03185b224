"""What a merchant may say of goods beside the offer itself: one document of each kind a listing, each with its rule.

A document is JSON. Its rule reads it (``parse``), refuses what is wrong by the name of the field, and returns a
frozen value whose ``document`` is what is stored. Material kinds wait for review on a listing that is up; the others
are the merchant's daily business and go live at once.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final, cast


class DetailKind(StrEnum):
    """What a document is about."""

    ATTRIBUTES = "attributes"
    TEXTS = "texts"
    PARTS = "parts"
    FITMENT = "fitment"
    BRAND = "brand"
    DANGEROUS = "dangerous"
    FOOD = "food"
    CERTIFICATES = "certificates"
    WARRANTY = "warranty"
    SAMPLE = "sample"
    PALLET = "pallet"


# A buyer decides by these, so a reviewer sees them before the public does.
MATERIAL_DETAILS: Final = frozenset(
    {
        DetailKind.ATTRIBUTES,
        DetailKind.TEXTS,
        DetailKind.PARTS,
        DetailKind.FITMENT,
        DetailKind.BRAND,
        DetailKind.DANGEROUS,
        DetailKind.FOOD,
        DetailKind.CERTIFICATES,
    }
)
# The names of fields that hold a file's id.
PAPERS: Final = frozenset({"letter", "file", "test_summary", "safety_sheet"})


def flat(document: Any) -> dict[str, str]:
    """Return a document as names and texts for a reviewer: ``{"certificates.1.number": "A-7"}``."""
    return dict(_flat(document, ""))


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    for key, part in _parts(value):
        yield from _flat(part, f"{name}.{key}" if name else key)
    if not isinstance(value, (dict, list)) and value not in (None, ""):
        yield name, str(value)


def _parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(str(key), part) for key, part in cast("dict[str, Any]", value).items()]
    if isinstance(value, list):
        return [(str(position), part) for position, part in enumerate(cast("list[Any]", value), start=1)]
    return []
