"""What a row of a sheet does: the draft it makes of a new listing, or of one that is there.

A cell that is empty, and a column that the sheet lacks, leave a listing as it is; of a new one they take the default
or are asked for. Prices on other bases than the row's stay. A sheet of prices and stock alone makes no new listings.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from marketplace.catalog.rules import sheet_variants
from marketplace.catalog.rules.details.attributes import Attribute
from marketplace.catalog.rules.drafts import ListingDraft, check_draft
from marketplace.catalog.rules.headers import TIER, folded, is_daily
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.picture_sources import check_sources
from marketplace.catalog.rules.places import KINDS, NamedPlace, find_place, listed
from marketplace.catalog.rules.pricing import JUMP_BASIS_POINTS, Ladder, hub_kept, jumps, make_ladder, rises
from marketplace.catalog.rules.sheet_details import Beside, Goods, beside_of
from marketplace.catalog.rules.sheet_places import after, read_split
from marketplace.catalog.rules.sheet_variants import InGroup
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import is_currency
from marketplace.reference.rules import hs_code

_NEEDED: Final = ("sku", "title", "hs", "origin", "unit", "currency", "price", "incoterm", "place")
_CARTON: Final = ("carton_units", "carton_l", "carton_w", "carton_h", "gross_g", "net_g")
_COLUMN_OF: Final = {"hs_code": "hs", "locale": "title", "tiers": "price", "gross_g": "gross_kg", "net_g": "net_kg"}
# Letters that are written in one language of the corridor only, or nearly.
_SCRIPTS: Final = (
    ("zh", "\u4e00", "\u9fff"), ("th", "\u0e00", "\u0e7f"), ("lo", "\u0e80", "\u0eff"), ("my", "\u1000", "\u109f"),
    ("km", "\u1780", "\u17ff"), ("vi", "\u1ea0", "\u1ef9"),
)  # fmt: skip
_WITHOUT_SCRIPT: Final = frozenset({"en", "id", "ms", "vi"})
SKU_FIRST: Final = FieldError("sku", "sku_first", "the article's first row in order")


class Outcome(StrEnum):
    """What a row does, or did."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Shelves:
    """What categories ask of their goods, by code, and how goods without a category find theirs.

    ``chapters`` are the HS chapters that each takes, in the city's order; ``commodities`` the category of each by slug;
    ``warehouses`` the merchant's own by the keys of their names, in its order of preference.
    """

    asked: Mapping[str, Sequence[Attribute]]
    chapters: Mapping[str, Collection[str]]
    commodities: Mapping[str, str]
    warehouses: Mapping[str, str] = field(default_factory=dict[str, str])

    def asked_of(self, draft: ListingDraft) -> Sequence[Attribute]:
        """Return what is asked of a draft's goods."""
        if draft.commodity is not None:
            return self.asked.get(self.commodities.get(draft.commodity, ""), ())
        fitting = [code for code, chapters in self.chapters.items() if draft.hs[:2] in chapters]
        others = [code for code, chapters in self.chapters.items() if not chapters]
        return self.asked.get(draft.category or next(iter([*fitting, *others]), ""), ())


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a row is read against: the city's places and shelves, and the merchant's own language.

    ``shelf_names`` gives a shelf's code by each of its names, folded; ``columns`` are those of the sheet, if known;
    ``shelves`` is there where the sheet says anything beside the offer.
    """

    places: Sequence[NamedPlace]
    categories: Collection[str]
    locale: str
    shelf_names: Mapping[str, str] = field(default_factory=dict[str, str])
    columns: frozenset[str] = frozenset()
    shelves: Shelves | None = None

    @property
    def looks_beside(self) -> bool:
        """Whether the sheet has columns of what is said beside the offer."""
        return self.shelves is not None

    @property
    def looks_at_groups(self) -> bool:
        """Whether the sheet has columns of variants."""
        return not self.columns.isdisjoint(sheet_variants.COLUMNS)

    def shelf(self, text: str) -> str:
        """Return the code of the shelf that has this code or name; the text itself when none has."""
        return text if text in self.categories else self.shelf_names.get(folded(text), text)

    def lacks(self, name: str) -> bool:
        """Tell whether the sheet has no column of this name, or of tiers for ``tiers``."""
        if name == "tiers":
            return bool(self.columns) and not any(TIER.fullmatch(column) for column in self.columns)
        return bool(self.columns) and name not in self.columns


@dataclass(frozen=True, slots=True)
class Judged:
    """A row's outcome with its draft, or with what is wrong."""

    outcome: Outcome
    draft: ListingDraft | None = None
    errors: tuple[FieldError, ...] = ()
    warnings: tuple[FieldError, ...] = ()


def judge(values: Mapping[str, Any], present: ListingDraft | None, around: Surroundings) -> Judged:
    """Say what a row does to the listing that its article number names, if there is one."""
    warnings: list[FieldError] = []
    if present is None and (refused := _out_of_place(values, around)):
        return Judged(Outcome.ERROR, errors=(refused,))
    try:
        draft = draft_of(values, present, around, warnings)
        check_draft(draft)
    except Refused as refusal:
        return Judged(Outcome.ERROR, errors=tuple(map(in_sheet, refusal.errors)), warnings=tuple(warnings))
    if present is None:
        return Judged(Outcome.CREATE, draft, warnings=tuple(warnings))
    outcome = Outcome.UNCHANGED if draft == present else Outcome.UPDATE
    return Judged(outcome, draft, warnings=tuple(warnings))


def grouped(judged: Judged, present: ListingDraft | None, variant: InGroup | None) -> Judged:
    """Say what a row does whose article is this in its group afterwards."""
    if judged.draft is None:
        return judged
    draft = replace(judged.draft, variant=variant)
    changed = Outcome.CREATE if present is None else Outcome.UNCHANGED if draft == present else Outcome.UPDATE
    return replace(judged, outcome=changed, draft=draft)


def draft_of(
    values: Mapping[str, Any], present: ListingDraft | None, around: Surroundings, warnings: list[FieldError]
) -> ListingDraft:
    """Return the listing as the row wants it; Refused names the columns at fault."""
    errors: list[FieldError] = []
    values, split = read_split(values, around.shelves.warehouses if around.shelves else {}, errors)
    errors += _missing(values) if present is None else []
    ladder = _ladder(values, present, around, errors)
    errors += [*_check_words(values, around), *check_sources(values)]
    if errors:
        raise Refused.fields(*errors)
    if ladder is not None and rises(ladder):
        warnings.append(FieldError("price", "price_rises", "a lower price for more"))
    titles, source = _texts("title", values, present.titles if present else {}, present, around)
    descriptions, _ = _texts("description", values, present.descriptions if present else {}, present, around)
    packing = _packing(values, present.packing if present else None, warnings)
    base = present or _blank(values)
    stock, lead_days = _supply(values, base, around, warnings)
    ladders = _with(base.ladders, ladder)
    if present is not None and jumps(present.ladders, ladders):
        warnings.append(FieldError("price", "price_jumps", f"a change of up to {JUMP_BASIS_POINTS // 100} %"))
    draft = replace(
        base,
        titles=titles,
        descriptions=descriptions,
        source_locale=source,
        hs=hs_code(values["hs"]) if "hs" in values else base.hs,
        origin=values.get("origin", base.origin),
        unit=values.get("unit", base.unit),
        moq=values.get("moq", base.moq),
        multiple=values.get("multiple", base.multiple),
        ladders=ladders,
        hub_code=hub_kept(base.hub_code, ladders),
        stock=stock,
        lead_days=lead_days,
        packing=packing,
        category=around.shelf(values["category"]) if "category" in values else base.category,
        commodity=values.get("commodity", base.commodity),
        grade=values.get("grade", base.grade),
    )
    if around.shelves is None:
        return draft
    beside = _beside(values, draft, around, around.shelves)
    places = after(split, beside.places, around.shelves.warehouses, stock=draft.stock)
    return replace(draft, beside=replace(beside, places=places))


def in_sheet(error: FieldError) -> FieldError:
    """Name the sheet's column in the place of the draft's field: ``ladders.0.place`` is ``place``."""
    name = error.field.rpartition(".")[2]
    name = "price" if name.isdigit() or name == "ladders" else name
    return replace(error, field=_COLUMN_OF.get(name, name))


def language_of_text(text: str, otherwise: str) -> str:
    """Return the language that a text's letters show, else the merchant's own where that has Latin letters."""
    for language, first, last in _SCRIPTS:
        if any(first <= letter <= last for letter in text):
            return language
    return otherwise if otherwise in _WITHOUT_SCRIPT else "en"


def _out_of_place(values: Mapping[str, Any], around: Surroundings) -> FieldError | None:
    """Return why a row makes no new listing: it says further prices of one, or prices and stock alone."""
    if "follows" in values:
        return SKU_FIRST
    if "sku" in values and is_daily(around.columns):
        return FieldError("sku", "sku_unknown", "an article number of your list")
    return None


def _missing(values: Mapping[str, Any]) -> list[FieldError]:
    has_price = "price" in values or "tiers" in values
    given = {*values, *(["price"] if has_price else []), *(["title"] if values.get("titles") else [])}
    errors = [FieldError(name, "required", "a value") for name in _NEEDED if name not in given]
    if "stock" not in values and "lead_days" not in values:
        errors.append(FieldError("stock", "stock_or_lead", "either stock, or lead_days for goods made to order"))
    return errors


def _check_words(values: Mapping[str, Any], around: Surroundings) -> list[FieldError]:
    errors: list[FieldError] = []
    if "category" in values and around.shelf(values["category"]) not in around.categories:
        errors.append(FieldError("category", "choice", ", ".join(sorted(around.categories))))
    signs = values.get("money_signs", [])
    if signs and "currency" in values and values["currency"] not in signs:
        errors.append(FieldError("price", "currency_differs", values["currency"], {"written": ", ".join(signs)}))
    return errors


def _ladder(
    values: Mapping[str, Any], present: ListingDraft | None, around: Surroundings, errors: list[FieldError]
) -> Ladder | None:
    """Return the row's prices on its basis; a listing that is there lends the basis that the row does not name."""
    if "price" not in values and "tiers" not in values:
        return None
    former = _former(values, present, around)
    currency = values.get("currency", former.currency if former else "")
    incoterm = values.get("incoterm", former.incoterm if former else "")
    named = values.get("place", former.place_code if former else "")
    if currency and not is_currency(currency):
        errors.append(FieldError("currency", "currency", "an ISO 4217 code such as CNY, THB, VND"))
    place = None
    if incoterm and incoterm not in KINDS:
        errors.append(FieldError("incoterm", "choice", ", ".join(KINDS)))
    elif incoterm and named:
        place = find_place(named, around.places, KINDS[incoterm])
        if place is None:
            errors.append(_unknown_place(incoterm, around))
    if place is None or errors:
        return None
    tiers = sorted((quantity, Decimal(price)) for quantity, price in values.get("tiers", []))
    known = next(
        (each for each in (present.ladders if present else ()) if each.basis == (currency, incoterm, place.code)), None
    )
    if known is not None and (around.lacks("tiers") or around.lacks("price")):
        return _touched(known, values, present, around, tiers)
    first = Decimal(values["price"]) if "price" in values else tiers[0][1]
    moq = values.get("moq", present.moq if present else 1)
    if "price" in values and tiers and tiers[0][0] <= moq:
        moq = 1  # a tier at or below the minimum: the price itself holds from one on
    elif "price" not in values:
        moq = tiers[0][0]  # tiers alone: the first of them begins the ladder
    return make_ladder(currency, incoterm, place.code, price=first, tiers=tiers, moq=max(1, moq))


def _former(values: Mapping[str, Any], present: ListingDraft | None, around: Surroundings) -> Ladder | None:
    """Return the ladder that lends what the row does not name: the first that is as the row says, else the first."""
    if present is None or not present.ladders:
        return None

    def fits(ladder: Ladder) -> bool:
        place = find_place(values["place"], around.places, KINDS[ladder.incoterm]) if "place" in values else None
        return (
            values.get("currency", ladder.currency) == ladder.currency
            and values.get("incoterm", ladder.incoterm) == ladder.incoterm
            and ("place" not in values or (place is not None and place.code == ladder.place_code))
        )

    return next(filter(fits, present.ladders), present.ladders[0])


def _touched(
    known: Ladder,
    values: Mapping[str, Any],
    present: ListingDraft | None,
    around: Surroundings,
    tiers: Sequence[tuple[int, Decimal]],
) -> Ladder:
    """Change what the sheet has columns for: the first price, or the tiers behind it."""
    first, *others = ((tier.from_quantity, tier.price.amount) for tier in known.tiers)
    if around.lacks("tiers"):
        begins = values.get("moq", first[0]) if present and first[0] == present.moq else first[0]
        kept = [(quantity, price) for quantity, price in others if quantity > begins]
        return make_ladder(*known.basis, price=Decimal(values["price"]), tiers=kept, moq=begins)
    least = min(int(found[1]) for column in around.columns if (found := TIER.fullmatch(column)))
    below = [(quantity, price) for quantity, price in (first, *others) if quantity < least]
    whole = [*below, *tiers]
    return make_ladder(*known.basis, price=whole[0][1], tiers=whole, moq=whole[0][0])


def _unknown_place(incoterm: str, around: Surroundings) -> FieldError:
    accepted = listed(around.places, KINDS[incoterm], around.locale)
    return FieldError("place", "place", accepted, {"incoterm": incoterm})


def _with(ladders: tuple[Ladder, ...], ladder: Ladder | None) -> tuple[Ladder, ...]:
    if ladder is None:
        return ladders
    if all(known.basis != ladder.basis for known in ladders):
        return (*ladders, ladder)
    return tuple(ladder if known.basis == ladder.basis else known for known in ladders)


def _texts(
    field: str, values: Mapping[str, Any], known: Mapping[str, str], present: ListingDraft | None, around: Surroundings
) -> tuple[dict[str, str], str]:
    """Return texts by language and the leading one: a listing keeps its own, a new one takes its title's."""
    given = dict(values.get(f"{field}s", {}))
    title = str(values.get("title") or next(iter(values.get("titles", {}).values()), ""))
    leading = present.source_locale if present else language_of_text(title, around.locale)
    if present is None and "title" not in values:
        leading = next(iter(values.get("titles", {})), leading)
    if field in values:
        given[leading] = values[field]
    return {**known, **{language: text for language, text in given.items() if language in LANGUAGES}}, leading


def _packing(values: Mapping[str, Any], known: Packing | None, warnings: list[FieldError]) -> Packing | None:
    """Return the carton, None while it is not known whole: the goods can be shown, their freight cannot."""
    former = _parts(known) if known else {}
    parts = {**former, **{name: values[name] for name in _CARTON if name in values}}
    if not parts:
        return None
    if missing := [_COLUMN_OF.get(name, name) for name in _CARTON if name not in parts]:
        warnings.append(FieldError("carton_units", "packing_partial", ", ".join(missing)))
        return known
    return Packing(*(parts[name] for name in _CARTON), stackable=known.stackable if known else True)


def _parts(known: Packing) -> dict[str, int]:
    sides = (known.length_mm, known.width_mm, known.height_mm)
    return dict(zip(_CARTON, (known.carton_units, *sides, known.gross_g, known.net_g), strict=True))


def _supply(
    values: Mapping[str, Any], base: ListingDraft, around: Surroundings, warnings: list[FieldError]
) -> tuple[int | None, int | None]:
    """Return stock or lead time: goods that lie ready are sold from stock, also where a lead time stands beside it."""
    stock, lead_days = values.get("stock"), values.get("lead_days") or None
    if stock is None and "lead_days" not in values:
        return base.stock, base.lead_days
    if stock == 0 and base.lead_days is not None and around.lacks("lead_days"):
        return None, base.lead_days  # nothing lies ready of goods that are made to order
    if lead_days is not None and not stock:
        return None, lead_days
    if lead_days is not None:
        warnings.append(FieldError("lead_days", "lead_days_unused", "either stock or lead_days"))
    return stock, None


def _beside(values: Mapping[str, Any], draft: ListingDraft, around: Surroundings, shelves: Shelves) -> Beside:
    goods = Goods(
        carton_units=draft.packing.carton_units if draft.packing else None,
        multiple=draft.multiple,
        asked=shelves.asked_of(draft),
        languages=frozenset(draft.titles),
        source=draft.source_locale,
    )
    return beside_of(values, draft.beside or Beside(), goods, around.columns)


def _blank(values: Mapping[str, Any]) -> ListingDraft:
    return ListingDraft(
        sku=values["sku"],
        titles={},
        source_locale="en",
        hs="",
        origin="",
        unit="",
        moq=1,
        multiple=1,
        ladders=(),
    )
