"""The papers of one consignment: house waybill, dangerous goods note, receipt."""

from marketplace.papers.layout import blocks, formats, marks, shared
from marketplace.papers.layout.blocks import Block, Cell, Column, Voice
from marketplace.papers.layout.shared import Data


def house_waybill(voice: Voice, data: Data) -> list[Block]:
    """Lay out a house waybill: the boxes of a CMR note by their numbers, the terms accepted, three signatures."""
    return [
        blocks.facts(voice.word("waybill_shape"), [], note=voice.word("waybill_is_no_cmr")),
        blocks.facts(voice.word("carriage"), _boxes(voice, data)),
        *marks.block(voice, data),
        *_units(voice, data),
        *_terms(voice, data),
        shared.signing(voice, data, "shipper", "carrier", "consignee"),
    ]


def _boxes(voice: Voice, data: Data) -> list[tuple[Cell, Cell]]:
    def box(number: str, code: str) -> Cell:
        return [{**part, "text": f"{number} {part['text']}"} for part in voice.word(code)]

    taken = voice.texts(data["origin"]) + voice.day(data["taken_over_on"])
    goods = voice.texts(data["goods"]) + voice.cell(lambda locale: formats.country(data["origin_country"], locale))
    instructions = voice.same("; ".join(data["wood_marks"])) and [
        *voice.word("wood_marks"),
        *voice.same("; ".join(data["wood_marks"])),
    ]
    if "temperature" in data:
        instructions = [*instructions, *voice.same(data["temperature"])]
    return [
        (box("1", "shipper"), _who(voice, data["shipper"])),
        (box("2", "consignee"), _who(voice, data["consignee"])),
        (box("3", "place_of_delivery"), voice.texts(data["destination"])),
        (box("4", "taken_over"), taken),
        (box("5", "documents_attached"), voice.same(", ".join(data["documents"])) or voice.word("none_said")),
        (box("6", "marks"), voice.same(f"{data['order']}, C/NO. 1–{data['cartons']}")),
        (box("7", "packages"), voice.first(lambda locale: formats.number(data["cartons"], locale))),
        (box("8", "method_of_packing"), voice.word("cartons")),
        (box("9", "nature_of_goods"), goods + _danger(voice, data)),
        (box("10", "statistical_number"), voice.same(data["hs_code"])),
        (box("11", "gross"), voice.first(lambda locale: shared.kilograms(data["gross_g"], locale))),
        (box("12", "volume"), voice.first(lambda locale: shared.cubic_metres(data["cm3"], locale))),
        (box("13", "sender_instructions"), instructions or voice.word("none_said")),
        (box("14", "carriage_paid_by"), voice.same(data["payer"])),
        (box("15", "cash_on_delivery"), voice.word("none_said")),
        (box("16", "carrier"), _who(voice, data["carrier"])),
        (box("17", "successive_carriers"), voice.same("; ".join(data["carriers"])) or voice.word("none_said")),
        (box("18", "reservations"), voice.same("; ".join(data["reservations"])) or voice.word("none_said")),
        (box("19", "special_agreements"), _agreements(voice, data)),
        (box("20", "basis"), voice.same(data["basis"])),
        (box("21", "established"), voice.texts(data["origin"]) + voice.day(data["issued_on"])),
        (box("22–24", "signatures"), voice.word("signed_below")),
        (voice.word("booking"), voice.same(data["booking"])),
    ]


def _agreements(voice: Voice, data: Data) -> Cell:
    if "terms_version" not in data:
        return voice.word("cmr_terms")
    return voice.word("terms_accepted", version=data["terms_version"], sha256=data["terms_sha256"])


def _danger(voice: Voice, data: Data) -> Cell:
    return voice.same(named(data["danger"])) if "danger" in data else []


def named(danger: Data) -> str:
    """Return dangerous goods as every dangerous goods paper names them: ``UN 3480, LITHIUM ION BATTERIES, 9, II``."""
    parts = (
        f"UN {danger['un_number']}",
        danger["shipping_name"].upper(),
        danger["hazard_class"],
        danger["packing_group"],
    )
    return ", ".join(part for part in parts if part)


def _who(voice: Voice, party: Data) -> Cell:
    about = voice.cell(lambda locale: formats.country(party["country"], locale))
    address = voice.same(party["address"]) or voice.word("address_missing")
    return voice.same(party["name"]) + address + about


def _units(voice: Voice, data: Data) -> list[Block]:
    if not data["units"]:
        return []
    columns = [
        Column(voice.word("unit_label"), 40),
        Column(voice.word("cartons"), 20, numeric=True),
        Column(voice.word("gross"), 20, numeric=True),
        Column(voice.word("volume"), 20, numeric=True),
    ]
    rows = [
        [
            voice.same(unit["label"]),
            voice.first(lambda locale, it=unit: formats.number(it["cartons"], locale)),
            voice.first(lambda locale, it=unit: shared.kilograms(it["gross_g"], locale)),
            voice.first(lambda locale, it=unit: shared.cubic_metres(it["cm3"], locale)),
        ]
        for unit in data["units"]
    ]
    return [blocks.table(voice.word("units"), columns, rows)]


def _terms(voice: Voice, data: Data) -> list[Block]:
    return [blocks.clauses(voice.word("carriage_terms"), data["terms"], voice)] if "terms" in data else []


def dangerous_goods_note(voice: Voice, data: Data) -> list[Block]:
    """Lay out a dangerous goods note."""
    danger = data["danger"]
    rows = [
        (voice.word("dangerous_goods"), voice.same(named(danger))),
        (voice.word("un_number"), voice.same(f"UN {danger['un_number']}")),
        (voice.word("shipping_name"), voice.same(danger["shipping_name"])),
        (voice.word("hazard_class"), voice.same(danger["hazard_class"])),
        (voice.word("packing_group"), voice.same(danger["packing_group"]) or voice.word("none_said")),
        (
            voice.word("packages"),
            voice.first(
                lambda locale: f"{formats.number(danger['cartons'], locale)} × {danger['net']} {danger['net_unit']}"
            ),
        ),
        (voice.word("gross"), voice.first(lambda locale: shared.kilograms(data["gross_g"], locale))),
    ]
    return [
        shared.parties(voice, data, "shipper", "consignee", "carrier"),
        blocks.facts(voice.word("goods"), rows, note=voice.word("danger_declared")),
        *marks.block(voice, data),
        shared.signing(voice, data, "shipper", "carrier"),
    ]


def cargo_receipt(voice: Voice, data: Data) -> list[Block]:
    """Lay out what the consignee's side counted."""
    columns = [
        Column(voice.word("day"), 40),
        Column(voice.word("cartons"), 30, numeric=True),
        Column(voice.word("damaged_cartons"), 30, numeric=True),
    ]
    rows = [
        [
            voice.day(one["day"]) + (voice.word("counted_by_default") if one["by_default"] == "yes" else []),
            voice.first(lambda locale, it=one: formats.number(it["cartons"], locale)),
            voice.first(lambda locale, it=one: formats.number(it["damaged"], locale)),
        ]
        for one in data["counts"]
    ]

    def total(name: str) -> Cell:
        return voice.first(lambda locale: formats.number(sum(int(one[name]) for one in data["counts"]), locale))

    facts = [
        (voice.word("goods"), voice.texts(data["goods"])),
        (voice.word("place_of_delivery"), voice.texts(data["destination"])),
        (voice.word("loaded_cartons"), voice.first(lambda locale: formats.number(data["loaded"], locale))),
    ]
    return [
        shared.parties(voice, data, "shipper", "consignee", "carrier"),
        blocks.facts(voice.word("carriage"), facts),
        blocks.table(
            voice.word("counted_at_door"), columns, rows, sums=[voice.word("total"), total("cartons"), total("damaged")]
        ),
        shared.signing(voice, data, "consignee", "carrier"),
    ]
