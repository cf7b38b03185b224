"""What cases, their fields and their risk are called."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.catalog.queries import goods
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.attributes import Attribute
from marketplace.catalog.rules.rows import ReviewRow
from marketplace.moderation.rules import CaseKind, Decision
from marketplace.moderation.rules.likeness import Likeness
from marketplace.moderation.rules.reasons import Reason as ReviewReason
from marketplace.moderation.rules.risk import Reason
from marketplace.reference import queries as reference
from marketplace.web.moderation import said
from marketplace.web.shared import goods as shown
from marketplace.web.shared import render
from marketplace.web.shared.choices import language_names

KINDS: Final[dict[CaseKind, Any]] = {
    CaseKind.LISTING: lazy_gettext("New listing"),
    CaseKind.CHANGE: lazy_gettext("Change of a live listing"),
    CaseKind.PRICE: lazy_gettext("Price that jumped"),
    CaseKind.REPORT: lazy_gettext("Reported listing"),
    CaseKind.TAKEDOWN: lazy_gettext("Taken off the shelf"),
    CaseKind.APPEAL: lazy_gettext("Appeal"),
}
REASONS: Final[dict[Reason, Any]] = {
    Reason.NEW_MERCHANT: lazy_gettext("No listing of this merchant was approved yet"),
    Reason.LITTLE_KNOWN: lazy_gettext("Few listings of this merchant were approved"),
    Reason.DECLINED_BEFORE: lazy_gettext("Turned down within the last year"),
    Reason.PRICE_JUMPED: lazy_gettext("The price moved by more than 30 %"),
    Reason.PRICE_RISES: lazy_gettext("A tier is dearer than the one before"),
    Reason.OTHER_GOODS: lazy_gettext("HS code, origin, shelf or commodity changes"),
    Reason.NO_PACKING: lazy_gettext("Packing is not stated"),
    Reason.LISTED: lazy_gettext("Like goods on a list that we imported"),
    Reason.RESTRICTED: lazy_gettext("Goods that some country restricts"),
    Reason.BRAND_UNSAID: lazy_gettext("A registered brand is named without a word on it"),
    Reason.SAME_PICTURE: lazy_gettext("Another company shows the same picture"),
    Reason.SAME_TEXT: lazy_gettext("Another company says almost the same"),
    Reason.REPORTED: lazy_gettext("The listing was reported"),
}
LIKENESSES: Final[dict[Likeness, Any]] = {
    Likeness.PICTURE: lazy_gettext("Same picture"),
    Likeness.TEXT: lazy_gettext("Almost the same text"),
}
FIELDS: Final[dict[str, Any]] = {
    "titles": lazy_gettext("Title"),
    "descriptions": lazy_gettext("Description"),
    "source_locale": lazy_gettext("Language"),
    "hs_code": lazy_gettext("HS code"),
    "origin": lazy_gettext("Origin"),
    "grade": lazy_gettext("Grade"),
    "unit": lazy_gettext("Unit"),
    "category": lazy_gettext("Category"),
    "category_id": lazy_gettext("Category"),
    "commodity_id": lazy_gettext("Commodity"),
    "moq": lazy_gettext("Minimum quantity"),
    "multiple": lazy_gettext("Sold in steps of"),
    "carton_units": lazy_gettext("Units in a carton"),
    "carton_length_mm": lazy_gettext("Length of a carton"),
    "carton_width_mm": lazy_gettext("Width of a carton"),
    "carton_height_mm": lazy_gettext("Height of a carton"),
    "carton_gross_g": lazy_gettext("Gross weight of a carton"),
    "carton_net_g": lazy_gettext("Net weight of a carton"),
    "lead_days": lazy_gettext("Days to make"),
    "hub_code": lazy_gettext("Handed over at"),
    "pictures": lazy_gettext("Pictures"),
    "attributes": lazy_gettext("Attributes"),
    "texts": lazy_gettext("How texts came about"),
    "parts": lazy_gettext("Part numbers"),
    "fitment": lazy_gettext("Fits these vehicles"),
    "brand": lazy_gettext("Brand"),
    "dangerous": lazy_gettext("Dangerous goods"),
    "food": lazy_gettext("Food"),
    "certificates": lazy_gettext("Certificates"),
    "warranty": lazy_gettext("Warranty"),
    "sample": lazy_gettext("Sample"),
    "pallet": lazy_gettext("Pallet"),
}

_DETAILS: Final = frozenset(DetailKind)
_LOOKED_UP: Final = frozenset({"category", "category_id", "commodity_id"})


def reasons(found: Iterable[ReviewReason]) -> list[tuple[str, str]]:
    """Return reasons as choices of a form, in the reviewer's language."""
    return [(each.code, shown.text(each.texts)) for each in found]


def decisions(kind: CaseKind | None) -> list[dict[str, Any]]:
    """Return what may be decided about a kind of case, or of several kinds, as choices of a form."""
    words = {
        Decision.APPROVE: _("Approve"),
        Decision.REQUEST_CHANGES: _("Ask for changes"),
        Decision.REJECT: _("Decline"),
    }
    if kind is CaseKind.PRICE:
        words = {Decision.APPROVE: _("The price is right"), Decision.REJECT: _("Pause the listing")}
    if kind is CaseKind.REPORT:
        words = {Decision.APPROVE: _("Nothing is wrong"), Decision.REJECT: _("Take the listing down")}
    if kind is CaseKind.APPEAL:
        words = {Decision.APPROVE: _("Take the decision back"), Decision.REJECT: _("The decision stands")}
    return [{"value": decision.value, "title": word} for decision, word in words.items()]


class Words:
    """What is kept as a code, in words with the code behind."""

    def __init__(self, session: Session, review: ReviewRow) -> None:
        """Look up places, shelves, and what this listing names: its shared pages, and what its shelf asks for."""
        codes = {each.name: (each.new, each.old) for each in review.fields if each.name in _LOOKED_UP}
        slugs = [slug for slug in codes.get("commodity_id", ()) if slug]
        self.places = {row.code: {**row.names, "en": row.name} for row in reference.places(session)}
        self._shelves = {row.code: shown.text(row.names) for row in goods.categories(session)}
        self._pages = {slug: shown.text(names) for slug, names in goods.page_names(session, slugs=slugs).items()}
        # Of two categories the one that is proposed names what both ask for.
        shelves = dict.fromkeys(code for name in ("category_id", "category") for code in codes.get(name, ()) if code)
        asked: dict[str, Attribute] = {}
        for code in shelves:
            for each in goods.attributes(session, category=code):
                asked.setdefault(each.code, each)
        self._attributes = tuple(asked.values())
        self._listing_id = review.listing_id

    def of(self, name: str, value: Any) -> Any:
        """Return a field's value as its reviewer reads it."""
        if name.startswith("carton_") and isinstance(value, int):
            if name.endswith("_g"):
                return render.kilograms(value)
            if name.endswith("_mm"):
                return render.quantity(Decimal(value).scaleb(-1), "cm")
        if name in _DETAILS and isinstance(value, dict):
            return said.text(name, value, attributes=self._attributes, paper=self._paper)
        word = self._word(name, value) if isinstance(value, str) else None
        return f"{word} ({value})" if word and word != value else _value(value)

    def _paper(self, file_id: str) -> str:
        return url_for("catalog.paper", listing_id=self._listing_id, file_id=UUID(file_id))

    def _word(self, name: str, code: str) -> str | None:
        if name == "unit":
            return str(shown.unit(code))
        if name == "origin":
            return shown.country(code)
        if name == "hub_code":
            return shown.place(self.places.get(code, {}), code)
        if name == "source_locale":
            return language_names([code])
        if name == "commodity_id":
            return self._pages.get(code)
        return self._shelves.get(code) if name in ("category", "category_id") else None


def _value(value: Any) -> Any:
    """Return a JSON value as text: texts by language on lines of their own, nothing as None."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {text}" for name, text in sorted(value.items())) or None
    if isinstance(value, list):
        return _("%(number)s pictures", number=len(value))
    return value if value not in ("", None) else None
