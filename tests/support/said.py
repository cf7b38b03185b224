"""What merchants may say of goods beside the offer, generated: documents by kind as they are stored, and attributes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from marketplace.catalog.rules.details import attributes, brand, certificates, dangerous, food, parts, promises, samples
from marketplace.catalog.rules.details.attributes import Attribute, AttributeKind, Wanted
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.catalog.rules.visibility import Visibility

ASKED = (
    Attribute("voltage", {"en": "Voltage"}, AttributeKind.NUMBER, Wanted.WANTED, "VLT"),
    Attribute("colour", {"en": "Colour"}, AttributeKind.CHOICE, Wanted.WANTED, None, {"red": {"en": "Red"}}),
    Attribute("note", {"en": "Note"}, AttributeKind.TEXT, Wanted.WANTED),
    Attribute("washable", {"en": "Washable"}, AttributeKind.FLAG, Wanted.WANTED),
)
# One line, without blanks around it; marks of lists and beginnings of formulas among the letters.
words = st.text("Az09 龙é|;\\=@+-'", min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)
names = words.filter(lambda text: any(map(str.isalnum, text)))
days = st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat)
# Last days of papers: what is said anew is not over.
ends = st.integers(1, 3_000).map(lambda ahead: (datetime.now(UTC).date() + timedelta(ahead)).isoformat())
_number = st.decimals("0.01", "999", places=2).map(lambda number: f"{number:f}")


@st.composite
def documents(draw: st.DrawFn, papers: st.SearchStrategy[str], *, languages: tuple[str, ...]) -> dict[str, Any]:
    """Return documents of some kinds; a pallet holds forty units, as a carton does."""
    found: dict[str, Any] = {
        "parts": parts.parse(
            {
                "manufacturer": draw(names), "number": draw(names),
                "crosses": draw(st.lists(st.fixed_dictionaries({"brand": names, "number": names}), max_size=3)),
            }
        ).document,
        "brand": brand.parse(
            draw(
                st.one_of(
                    st.just({"relation": "none"}),
                    st.fixed_dictionaries({"relation": st.sampled_from(["own", "fits"]), "brand": names}),
                    st.fixed_dictionaries(
                        {"relation": st.just("licensed"), "brand": names, "letter": papers, "until": ends}
                    ),
                )
            )
        ).document,
        "dangerous": dangerous.parse(
            draw(st.sampled_from([{"answer": "not_dangerous", "confirmed": True}, None])) or {
                "answer": "dangerous", "confirmed": True, "un_number": "3480",
                "hazard_class": "9", "net_quantity": draw(_number), "net_unit": "KGM",
                "battery": draw(st.sampled_from([None, "lithium_ion", "lead_acid"])), "watt_hours": draw(_number),
                "test_summary": draw(papers), "test_summary_on": draw(days), "safety_sheet": draw(papers),
                "safety_sheet_on": draw(days),
            }
        ).document,
        "food": food.parse(
            {
                "shelf_days": draw(st.integers(1, 3_650)), "least_celsius": draw(st.sampled_from([None, "-18", "0"])),
                "most_celsius": draw(st.sampled_from([None, "4.5"])), "lot": draw(st.one_of(st.just(""), words)),
                "facility": draw(st.one_of(st.just(""), words)), "scheme": "gacc",
                "allergens": draw(st.lists(st.sampled_from(food.ALLERGENS), unique=True, max_size=3)),
            }
        ).document,
        "certificates": certificates.parse(
            {
                "items": [
                    {
                        "kind": kind, "number": draw(words), "issuer": draw(words), "file": draw(papers),
                        "valid_from": "2020-01-01", "valid_until": draw(st.one_of(st.none(), ends)),
                    }
                    for kind in draw(st.lists(st.sampled_from(certificates.KINDS), unique=True, min_size=1, max_size=3))
                ]
            }
        ).document,
        "warranty": promises.parse_warranty(
            {"months": draw(st.integers(1, 600)), "kilometres": draw(st.one_of(st.none(), st.just(5))),
             "covers": draw(words)}
        ).document,
        "sample": samples.parse(
            {"price": draw(_number), "currency": "CNY", "lead_days": draw(st.integers(0, 365))}
        ).document,
        "pallet": promises.parse_pallet(
            {"units": 40, "height_mm": draw(st.one_of(st.none(), st.integers(100, 2_700)))}, carton_units=40,
            multiple=40,
        ).document,
        "attributes": attributes.parse(
            {"voltage": f"{draw(st.decimals(0, 99, places=3)) + Decimal(0):f}", "colour": "red", "note": draw(words),
             "washable": draw(st.booleans())},
            ASKED,
        ),
        "texts": {"marks": {each: draw(st.sampled_from(["person", "machine", "copied"])) for each in languages}},
    }  # fmt: skip
    kept = draw(st.lists(st.sampled_from(sorted(found)), unique=True))
    return {kind: found[kind] for kind in kept}


visibilities = st.sampled_from(Visibility)
languages = tuple(language for language in LANGUAGES if language in {"vi", "th"})
