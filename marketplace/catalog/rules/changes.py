"""What an edit changes: fields that a reviewer sees first, and fields that go live at once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marketplace.catalog.rules.details import MATERIAL_DETAILS

# A buyer decides by these, so a reviewer sees them before the public does. The rest (price, stock, packing, times) is
# the merchant's daily business and goes live at once.
MATERIAL: Final = frozenset(
    {
        "titles",
        "descriptions",
        "source_locale",
        "hs_code",
        "origin",
        "grade",
        "unit",
        "category_id",
        "commodity_id",
        "pictures",
    }
)
# Material too, each edited on a page of its own: a form that does not show them leaves them waiting.
ELSEWHERE: Final = frozenset({"pictures", *(kind.value for kind in MATERIAL_DETAILS)})


@dataclass(frozen=True, slots=True)
class Changed:
    """What an edit did: ``fields`` that are changed now, ``waiting`` those that wait for review."""

    changed: bool
    fields: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return self.changed


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the fields whose values differ, each with both: ``{"origin": {"old": "CN", "new": "VN"}}``."""
    return {name: {"old": old.get(name), "new": value} for name, value in new.items() if old.get(name) != value}


def split(changes: Mapping[str, dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Divide changes into those that wait for review and those that go live."""
    waiting = {name: change for name, change in changes.items() if name in MATERIAL}
    return waiting, {name: change for name, change in changes.items() if name not in MATERIAL}


def fingerprint(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of some content, so that a decision binds to exactly what was looked at."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
