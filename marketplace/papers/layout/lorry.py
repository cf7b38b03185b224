"""The papers of a sealed lorry beside its manifest."""

from marketplace.papers.layout import blocks, formats, shared
from marketplace.papers.layout.blocks import Block, Cell, Column, Voice
from marketplace.papers.layout.shared import Data


def seal_list(voice: Voice, data: Data) -> list[Block]:
    """Lay out the seals of a lorry."""
    columns = [Column(voice.word("position"), 10), Column(voice.word("seals"), 45), Column(voice.word("sealed_at"), 45)]
    rows = [
        [
            voice.same(str(position)),
            voice.same(one["number"]),
            voice.cell(lambda locale, it=one: formats.instant(it["affixed_at"], data["departs_zone"], locale)),
        ]
        for position, one in enumerate(data["seals"], 1)
    ]
    return [
        shared.parties(voice, data, "carrier"),
        blocks.facts(voice.word("carriage"), [(voice.word("route"), shared.route(voice, data))]),
        blocks.table(voice.word("seals"), columns, rows),
        shared.signing(voice, data, "carrier"),
    ]


def transit_sheet(voice: Voice, data: Data) -> list[Block]:
    """Lay out what accompanies a lorry through other countries, house by house."""
    open_yet = voice.word("not_known_yet")
    rows = [
        (voice.word("route"), shared.route(voice, data)),
        (voice.word("transit_offices"), _offices(voice, data) or voice.word("none_said")),
        (voice.word("transit_regime"), voice.same(data.get("regime", "")) or open_yet),
        (voice.word("mrn"), voice.same(data.get("mrn", "")) or open_yet),
        (voice.word("guarantee"), voice.same(data.get("guarantee", "")) or open_yet),
        (voice.word("seals"), voice.same(", ".join(data["seals"]))),
        (voice.word("frozen"), voice.same(data["manifest_sha256"])),
    ]
    columns = [
        Column(voice.word("house_waybill"), 26),
        Column(voice.word("description"), 36),
        Column(voice.word("hs_code"), 14),
        Column(voice.word("cartons"), 10, numeric=True),
        Column(voice.word("gross"), 14, numeric=True),
    ]
    items = [
        [
            voice.same(item["house_waybill"]),
            voice.texts(item["goods"]),
            voice.same(item["hs_code"]),
            voice.first(lambda locale, it=item: formats.number(it["cartons"], locale)),
            voice.first(lambda locale, it=item: shared.kilograms(it["gross_g"], locale)),
        ]
        for item in data["items"]
    ]
    return [
        shared.parties(voice, data, "carrier"),
        blocks.facts(voice.word("transit"), rows, note=voice.word("transit_is_no_tad")),
        blocks.table(voice.word("consignments"), columns, items),
        shared.signing(voice, data, "carrier"),
    ]


def _offices(voice: Voice, data: Data) -> Cell:
    return [part for office in data["offices"] for part in voice.texts(office)]
