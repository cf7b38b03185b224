"""Saved lists: what they are called, how long they are, and why a line of one cannot be bought as it stands."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from marketplace.catalog.rules.pricing import Ladder, check_quantity
from marketplace.catalog.rules.rows import OfferRow
from marketplace.kernel.errors import FieldError, Refused

# Of one person in one company; what colleagues share counts for whoever made it.
MOST_LISTS: Final = 50
# As many lines as a cart takes.
MOST_ITEMS: Final = 200
LONGEST_NAME: Final = 80
LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So much of a listing on a price basis, to be saved on a list."""

    listing_id: UUID
    quantity: int | None = None
    currency: str | None = None
    incoterm: str | None = None
    place: str | None = None


def check_name(name: str) -> str:
    """Return a list's name without its margins, or refuse ``name``."""
    text = name.strip()
    if not text:
        raise Refused.field("name", "required", "a name for the list")
    if len(text) > LONGEST_NAME:
        raise Refused.field("name", "too_long", f"at most {LONGEST_NAME} characters")
    return text


def check_note(note: str) -> str:
    """Return a note without its margins, or refuse ``note``."""
    text = note.strip()
    if len(text) > LONGEST_NOTE:
        raise Refused.field("note", "too_long", f"at most {LONGEST_NOTE} characters")
    return text


def on_basis(offer: OfferRow, basis: tuple[str, str, str]) -> Ladder | None:
    """Return an offer's ladder on a basis (currency, rule, place); None when it has none there any more."""
    return next((ladder for ladder in offer.ladders if ladder.basis == basis), None)


def obstacle(
    offer: OfferRow | None, *, quantity: int, basis: tuple[str, str, str], company_id: UUID
) -> FieldError | None:
    """Return why so much of an offer cannot go into a company's cart on the basis it was saved on; None if it can."""
    if offer is None:
        return FieldError("listing", "listing_gone")
    if offer.merchant_id == company_id:
        return FieldError("listing", "own_goods", "goods of another company")
    if offer.packing is None:
        return FieldError("listing", "packing_unknown", "goods whose packing is stated")
    try:
        check_quantity(quantity, moq=offer.moq, multiple=offer.multiple)
    except Refused as refusal:
        return refusal.errors[0]
    return None if on_basis(offer, basis) else _without_price(offer)


def _without_price(offer: OfferRow) -> FieldError:
    if not offer.ladders:
        return FieldError("listing", "price_hidden", "goods whose price you may read")
    return FieldError("price_basis", "price_basis", "; ".join(" ".join(ladder.basis) for ladder in offer.ladders))
