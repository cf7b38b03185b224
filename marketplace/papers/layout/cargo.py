"""Packing list and manifest."""

from collections.abc import Sequence

from marketplace.papers.layout import blocks, formats, labels, samples, shared
from marketplace.papers.layout import marks as shipping_marks
from marketplace.papers.layout.blocks import Block, Cell, Column, Voice
from marketplace.papers.layout.shared import Data


def packing_list(voice: Voice, data: Data) -> list[Block]:
    """Lay out a packing list: goods, cartons and weights, marks, the hub's units."""
    return [
        *samples.mark(voice, data),
        shared.parties(voice, data, "seller", "consignor", "buyer", "consignee"),
        _contents(voice, data),
        shared.packing(voice, data),
        blocks.marks(voice.word("marks"), [_mark(mark) for mark in data["marks"]]),
        *_units(voice, data),
        shared.shipment(voice, data, (voice.word("basis"), shared.basis(voice, data))),
        shared.signing(voice, data, "seller"),
    ]


def _contents(voice: Voice, data: Data) -> Block:
    columns = [
        Column(voice.word("position"), 5),
        Column(voice.word("description"), 50),
        Column(voice.word("hs_code"), 15),
        Column(voice.word("origin"), 15),
        Column(voice.word("quantity"), 17, numeric=True),
    ]
    rows = [shared.goods_row(voice, position, line) for position, line in enumerate(data["lines"], 1)]
    return blocks.table(voice.word("goods"), columns, rows)


def _mark(mark: Data) -> list[str]:
    """Return what a packing list says of a line's cartons: their marks, how many came, and their serial codes."""
    rows = shipping_marks.written(mark)
    place = next(at for at, row in enumerate(rows) if row.startswith("C/NO."))
    came = _handed_over(mark)
    return [*rows[: place + 1], *([came] if came else []), *rows[place + 1 :], *_serials(mark["labels"])]


def _handed_over(mark: Data) -> str:
    """Say how many of the numbered cartons came; which ones is on their labels."""
    came = mark.get("handed_cartons", mark["cartons"])
    return "" if came == mark["cartons"] else f"{came} OF {mark['cartons']} CARTONS HANDED OVER"


def _serials(found: Sequence[str]) -> list[str]:
    if len(set(found)) < 2:
        return [f"SSCC {label}" for label in found[:1]]
    return [f"SSCC FIRST {found[0]}", f"SSCC LAST {found[-1]}"]


def _units(voice: Voice, data: Data) -> list[Block]:
    if not data["units"]:
        return []
    columns = [
        Column(voice.word("unit_label"), 30),
        Column(voice.word("cartons"), 14, numeric=True),
        Column(voice.word("gross"), 18, numeric=True),
        Column(voice.word("volume"), 14, numeric=True),
        Column(voice.word("measures"), 30, numeric=True),
    ]
    rows = [
        [
            voice.same(unit["label"]),
            voice.first(lambda locale, it=unit: formats.number(it["cartons"], locale)),
            voice.first(lambda locale, it=unit: shared.kilograms(it["gross_g"], locale)),
            voice.first(lambda locale, it=unit: shared.cubic_metres(it["cm3"], locale)),
            voice.first(lambda locale, it=unit: _measures(it, locale)),
        ]
        for unit in data["units"]
    ]
    return [blocks.table(voice.word("units"), columns, rows)]


def _measures(unit: Data, locale: str) -> str:
    sides = [unit[name] for name in ("length_mm", "width_mm", "height_mm") if name in unit]
    return " × ".join(formats.scaled(side, 1, locale, shown_places=0 if int(side) % 10 == 0 else 1) for side in sides)


def manifest(voice: Voice, data: Data) -> list[Block]:
    """Lay out a lorry's manifest: the journey, what is behind the seal, whose it is."""
    return [
        shared.parties(voice, data, "carrier"),
        _journey(voice, data),
        _houses(voice, data),
        shared.signing(voice, data, "carrier"),
    ]


def _journey(voice: Voice, data: Data) -> Block:
    origin, end = data["departs_zone"], data["arrives_zone"]
    rows = [
        (voice.word("departure"), voice.same(data["departure"])),
        (voice.word("route"), voice.texts(data["line"]) + shared.route(voice, data)),
        (voice.word("departs"), voice.cell(lambda locale: formats.instant(data["departs_at"], origin, locale))),
        (voice.word("arrives"), voice.cell(lambda locale: formats.instant(data["arrives_at"], end, locale))),
        (voice.word("seals"), voice.same(", ".join(data["seals"]))),
        (voice.word("sealed_at"), voice.cell(lambda locale: formats.instant(data["sealed_at"], origin, locale))),
        (voice.word("frozen"), voice.same(data["frozen_sha256"])),
    ]
    return blocks.facts(voice.word("carriage"), rows)


def _houses(voice: Voice, data: Data) -> Block:
    columns = [
        Column(voice.word("house_waybill"), 24),
        Column(voice.word("shipper"), 24),
        Column(voice.word("consignee"), 24),
        Column(voice.word("description"), 26),
        Column(voice.word("cartons"), 10, numeric=True),
        Column(voice.word("gross"), 15, numeric=True),
        Column(voice.word("volume"), 14, numeric=True),
    ]
    houses = data["houses"]

    def total(name: str) -> int:
        return sum(int(house[name]) for house in houses)

    sums: list[Cell] = [
        voice.word("total"),
        [],
        [],
        [],
        voice.first(lambda locale: formats.number(total("cartons"), locale)),
        voice.first(lambda locale: shared.kilograms(total("gross_g"), locale)),
        voice.first(lambda locale: shared.cubic_metres(total("cm3"), locale)),
    ]
    return blocks.table(voice.word("consignments"), columns, [_house(voice, house) for house in houses], sums=sums)


def _house(voice: Voice, house: Data) -> list[Cell]:
    codes = f"HS {house['hs_code']} · {house['origin']} · {house['basis']}"
    return [
        voice.same(house["house_waybill"]) + voice.same(house["booking"]),
        _who(voice, house["shipper"]),
        _who(voice, house["consignee"]) + _to(voice, house),
        voice.texts(house["goods"]) + voice.same(codes) + voice.same(", ".join(house["labels"])),
        voice.first(lambda locale: formats.number(house["cartons"], locale)),
        voice.first(lambda locale: shared.kilograms(house["gross_g"], locale)),
        voice.first(lambda locale: shared.cubic_metres(house["cm3"], locale)),
    ]


def _who(voice: Voice, party: Data) -> Cell:
    about = " · ".join(part for part in (party["country"], party["registration_number"]) if part)
    return voice.same(party["name"]) + voice.same(about)


def _to(voice: Voice, house: Data) -> Cell:
    place = house["destination"]
    return voice.first(lambda locale: f"{labels.word('destination', locale)}: {place.get(locale) or place['en']}")
