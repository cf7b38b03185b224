"""When a merchant works, as its offers and cards say; what a reviewer's decision about a listing binds to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.accounts.rules.closures import Closed, Part, Works
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.rules.rows import CardRow, FieldRow, OfferRow, PictureRow, ReviewRow
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.rules.visibility import Visibility

CLOSURES = (Closed((Part.FACTORY,), date(2027, 1, 28), date(2027, 2, 20)),)
OFFER = OfferRow(
    listing_id=UUID(int=1), merchant_id=UUID(int=2), sku="X", version=1, titles={"en": "X"}, source_locale="en",
    hs_code="871410", origin="CN", unit="H87", moq=10, multiple=10, lead_days=None, fresh=False, hub_code="H",
    packing=None, ladders=(), available=1_000, country="CN", closures=CLOSURES,
)  # fmt: skip
CARD = CardRow(
    listing_id=UUID(int=1), merchant_id=UUID(int=2), merchant="M", titles={"en": "X"}, source_locale="en", picture=None,
    drawing="", origin="CN", unit="H87", moq=10, price=None, incoterm="FCA", place_code="H", place_names={},
    visibility=Visibility.PUBLIC, is_own_price=False, lead_days=None, is_in_stock=True, is_in_centre=False,
    country="CN", closures=CLOSURES,
)  # fmt: skip
REVIEW = ReviewRow(
    listing_id=UUID(int=1), company_id=UUID(int=2), company="M", sku="X", titles={"en": "X"}, source_locale="en",
    state=ListingState.SUBMITTED, fields=(FieldRow("origin", "CN", "VN"),),
    ladders=(make_ladder("CNY", "FCA", "H", price=Decimal(9)),),
    pictures=(PictureRow(id=UUID(int=3), file_id=UUID(int=4), alt="", approved=True),),
)  # fmt: skip


@pytest.mark.parametrize("row", [OFFER, CARD], ids=["offer", "card"])
def test_a_merchant_works_by_its_own_closures_and_the_free_days_of_its_country(row):
    free = {"CN": frozenset({date(2027, 3, 1)}), "VN": frozenset({date(2027, 3, 2)})}
    assert row.works(free) == Works("CN", CLOSURES, frozenset({date(2027, 3, 1)}))
    assert row.works({}) == Works("CN", CLOSURES)


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": (FieldRow("origin", "CN", "TH"),)},
        {"fields": (FieldRow("origin", None, "VN"),)},
        {"fields": ()},
        {"ladders": (make_ladder("CNY", "FCA", "H", price=Decimal("9.01")),)},
        {"ladders": (make_ladder("CNY", "DAP", "H", price=Decimal(9)),)},
        {"pictures": (PictureRow(id=UUID(int=3), file_id=UUID(int=5), alt="", approved=True),)},
    ],
    ids=["proposed", "before", "no_field", "price", "basis", "picture"],
)
def test_a_decision_binds_to_the_fields_prices_and_pictures_that_were_compared(changes):
    assert replace(REVIEW, **changes).fingerprint != REVIEW.fingerprint


def test_what_is_not_compared_leaves_a_decision_as_it_is():
    other = replace(REVIEW, company="N", state=ListingState.LIVE)
    assert other.fingerprint == REVIEW.fingerprint
