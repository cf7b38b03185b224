"""What is said of goods beside the offer, as columns of a sheet.

A row that says anything of a kind says all of it: the columns that the sheet has, the rest as it was. A row that says
of a kind what is said already changes nothing, whatever has become of its papers and categories since.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from marketplace.catalog.rules.details import (
    DetailKind,
    attributes,
    brand,
    certificates,
    dangerous,
    food,
    parts,
    promises,
    samples,
    texts,
)
from marketplace.catalog.rules.details.attributes import Attribute
from marketplace.catalog.rules.list_cells import entries, joined
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel.errors import FieldError, Refused

# The column of each field of a kind.
FIELDS: Final[Mapping[DetailKind, Mapping[str, str]]] = {
    DetailKind.PARTS: {
        "manufacturer": "parts_manufacturer", "number": "parts_number", "crosses": "parts_crosses",
    },
    DetailKind.BRAND: {
        "relation": "brand_relation", "brand": "brand_name", "letter": "brand_letter", "until": "brand_until",
    },
    DetailKind.DANGEROUS: {
        "answer": "dangerous", "un_number": "dangerous_un", "hazard_class": "dangerous_class",
        "packing_group": "dangerous_group", "net_quantity": "dangerous_net", "net_unit": "dangerous_unit",
        "battery": "dangerous_battery", "watt_hours": "dangerous_wh", "test_summary": "dangerous_test",
        "test_summary_on": "dangerous_test_on", "safety_sheet": "dangerous_sheet",
        "safety_sheet_on": "dangerous_sheet_on", "confirmed": "dangerous_confirmed",
    },
    DetailKind.FOOD: {
        "shelf_days": "food_days", "least_celsius": "food_least_celsius", "most_celsius": "food_most_celsius",
        "lot": "food_lot", "facility": "food_facility", "scheme": "food_scheme", "allergens": "food_allergens",
    },
    DetailKind.CERTIFICATES: {"items": "certificate_list"},
    DetailKind.WARRANTY: {
        "months": "warranty_months", "kilometres": "warranty_km", "covers": "warranty_covers",
        "covers_en": "warranty_covers_en", "covers_zh": "warranty_covers_zh", "covers_vi": "warranty_covers_vi",
    },
    DetailKind.SAMPLE: {"price": "sample_price", "currency": "sample_currency", "lead_days": "sample_days"},
    DetailKind.PALLET: {"units": "pallet_units", "height_mm": "pallet_mm"},
}  # fmt: skip
# Fields that are lists: what stands in each entry, nothing where an entry is a text.
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "parts_crosses": ("brand", "number"),
    "food_allergens": (),
    "certificate_list": ("kind", "number", "issuer", "file", "valid_from", "valid_until"),
}
COLUMNS: Final = tuple(column for kind in FIELDS.values() for column in kind.values())
VISIBILITY: Final = "visibility"
PLACES: Final = "stock_places"
HOW: Final = tuple(f"how_{language}" for language in LANGUAGES)
_NAMED: Final = frozenset({*COLUMNS, *HOW, VISIBILITY, PLACES})
ATTRIBUTE: Final = re.compile(r"attribute@([a-z][a-z0-9_]{0,39})", re.ASCII)
CONFIRMED: Final = "dangerous_confirmed"
_SIGNED: Final = frozenset({"signed_by", "signed_at", "hash"})
_MIDNIGHT: Final = "T00:00:00"


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said of a listing beside its offer: documents by kind, who reads its prices, and where units lie.

    ``places`` are those with units, by the warehouse's name; none where the listing keeps one figure.
    """

    documents: Mapping[str, Any] = field(default_factory=dict[str, Any])
    visibility: Visibility = Visibility.PUBLIC
    places: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Goods:
    """What a row's details are checked against: carton and step of sale, what its category asks, titles' languages."""

    carton_units: int | None
    multiple: int
    asked: Sequence[Attribute]
    languages: frozenset[str]
    source: str


def is_column(name: str) -> bool:
    """Tell whether a column says something beside the offer."""
    return name in _NAMED or ATTRIBUTE.fullmatch(name) is not None


def cells_of(beside: Beside) -> dict[str, str]:
    """Return what is said as the cells of a row."""
    cells = {VISIBILITY: beside.visibility.value}
    if beside.places:
        cells[PLACES] = joined([[f"{name}: {units}"] for name, units in beside.places.items()])
    for kind, columns in FIELDS.items():
        if document := beside.documents.get(kind.value):
            cells |= _cells(columns, document)
    for code, value in beside.documents.get(DetailKind.ATTRIBUTES.value, {}).items():
        cells[f"attribute@{code}"] = ("no", "yes")[value] if isinstance(value, bool) else str(value)
    marks = beside.documents.get(DetailKind.TEXTS.value, {}).get("marks", {})
    return cells | {f"how_{language}": how for language, how in marks.items()}


def beside_of(values: Mapping[str, Any], before: Beside, goods: Goods, sheet: frozenset[str]) -> Beside:
    """Return what a row with these values says beside its offer; Refused names the columns at fault.

    ``sheet`` are the columns of the sheet; a kind of which the row says nothing new stays the very document it was.
    Places follow the stock (``sheet_places``) and stay as they are here.
    """
    known = cells_of(before)
    said = {name: _plain(value) for name, value in values.items() if is_column(name) and isinstance(value, str)}
    new = {name for name, text in said.items() if known.get(name, "") != text}
    documents, errors = dict(before.documents), list[FieldError]()
    for kind, columns in FIELDS.items():
        # What stands in a column of a kind of which the row says something is as it is written, also where it is empty.
        emptied = {name for name in columns.values() if name in sheet and name not in said and name in known}
        if said.keys() & set(columns.values()) - {CONFIRMED} and (new | emptied) & set(columns.values()) - {CONFIRMED}:
            # The answer that goods are not dangerous takes the place of all that was said of their danger.
            is_answer = kind is DetailKind.DANGEROUS and said.get(columns["answer"]) == dangerous.Answer.NOT_DANGEROUS
            kept = {} if is_answer else {name: text for name, text in known.items() if name not in sheet}
            _parse(kind, columns, kept | said, goods, documents, errors)
    _attributes(said, known, new, goods, sheet, documents, errors)
    _marks(said, new, goods, documents, errors)
    visibility = before.visibility
    if VISIBILITY in new and said[VISIBILITY] not in set(Visibility):
        errors.append(FieldError(VISIBILITY, "choice", ", ".join(Visibility)))
    elif VISIBILITY in new:
        visibility = Visibility(said[VISIBILITY])
    if errors:
        raise Refused.fields(*errors)
    return Beside(documents, visibility, before.places)


def _plain(text: str) -> str:
    """Return a cell's text; a day that a sheet program kept as an instant is the day."""
    return text.removesuffix(_MIDNIGHT)


def _cells(columns: Mapping[str, str], document: Mapping[str, Any]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, column in columns.items():
        value = document.get(name)
        if column in LISTS and value:
            fields = LISTS[column]
            cells[column] = joined([[str(each[part] or "") for part in fields] if fields else [each] for each in value])
        elif value not in (None, "", []):
            cells[column] = str(value)
    return cells


def _parse(
    kind: DetailKind,
    columns: Mapping[str, str],
    said: Mapping[str, str],
    goods: Goods,
    documents: dict[str, Any],
    errors: list[FieldError],
) -> None:
    """Read a kind from its columns; what was signed stays signed while it says the same."""
    given: dict[str, Any] = {}
    for name, column in columns.items():
        given[name] = _listed(column, said[column], errors) if column in LISTS and column in said else said.get(column)
    before = documents.get(kind.value)
    if kind is DetailKind.SAMPLE and before:  # a sheet says of samples only what its columns name
        given = before | given
    if kind is DetailKind.DANGEROUS:
        given["confirmed"] = str(given["confirmed"] or "").lower()
    try:
        document = _READ[kind](given) if kind is not DetailKind.PALLET else _pallet(given, goods)
    except Refused as refusal:
        errors += [_at(columns, error) for error in refusal.errors]
        return
    if before is None or document != {name: part for name, part in before.items() if name not in _SIGNED}:
        documents[kind.value] = document


def _at(columns: Mapping[str, str], error: FieldError) -> FieldError:
    # What has no column of its own is told at the first of its kind.
    column = columns.get(error.field.partition(".")[0]) or next(iter(columns.values()))
    return FieldError(column, error.code, error.accepted, error.facts)


def _listed(column: str, text: str, errors: list[FieldError]) -> list[Any]:
    fields = LISTS[column]
    found = entries(text)
    if not fields:
        return [each[0] if len(each) == 1 else "" for each in found]
    # What stands last may be left out.
    whole = [[*each, ""] if len(each) == len(fields) - 1 and column == "certificate_list" else each for each in found]
    if any(len(each) != len(fields) for each in whole):
        errors.append(FieldError(column, "list_cell", f"{' | '.join(fields)}; {' | '.join(fields)}"))
        return []
    return [dict(zip(fields, each, strict=True)) for each in whole]


def _pallet(given: Mapping[str, Any], goods: Goods) -> dict[str, Any]:
    return promises.parse_pallet(given, carton_units=goods.carton_units, multiple=goods.multiple).document


def _attributes(
    said: Mapping[str, str],
    known: Mapping[str, str],
    new: set[str],
    goods: Goods,
    sheet: frozenset[str],
    documents: dict[str, Any],
    errors: list[FieldError],
) -> None:
    mine = {name: text for name, text in said.items() if ATTRIBUTE.fullmatch(name)}
    emptied = {name for name in known if ATTRIBUTE.fullmatch(name) and name in sheet and name not in said}
    if not mine or not (new & mine.keys() or emptied):
        return
    laid = {name: text for name, text in known.items() if ATTRIBUTE.fullmatch(name) and name not in sheet} | mine
    given = {name.partition("@")[2]: text for name, text in laid.items()}
    try:
        documents[DetailKind.ATTRIBUTES.value] = attributes.parse(given, goods.asked)
    except Refused as refusal:
        errors += [
            FieldError(f"attribute@{error.field}", error.code, error.accepted, error.facts) for error in refusal.errors
        ]


def _marks(
    said: Mapping[str, str], new: set[str], goods: Goods, documents: dict[str, Any], errors: list[FieldError]
) -> None:
    for name in HOW:
        language = name.removeprefix("how_")
        if name not in new or language == goods.source:
            continue
        if language not in goods.languages:
            errors.append(FieldError(f"title_{language}", "required", f"a text in {language}"))
            continue
        try:
            before = documents.get(DetailKind.TEXTS.value)
            documents[DetailKind.TEXTS.value] = texts.marked(before, language=language, how=said[name])
        except Refused:
            errors.append(FieldError(name, "choice", texts.ACCEPTED))


Read = Callable[[Mapping[str, Any]], dict[str, Any]]


def _document(parse: Callable[[Mapping[str, Any]], Any]) -> Read:
    def read(given: Mapping[str, Any]) -> dict[str, Any]:
        return parse(given).document

    return read


_READ: Final[Mapping[DetailKind, Read]] = {
    DetailKind.PARTS: _document(parts.parse),
    DetailKind.BRAND: _document(brand.parse),
    DetailKind.DANGEROUS: _document(dangerous.parse),
    DetailKind.FOOD: _document(food.parse),
    DetailKind.CERTIFICATES: _document(certificates.parse),
    DetailKind.WARRANTY: _document(promises.parse_warranty),
    DetailKind.SAMPLE: _document(samples.parse),
}
