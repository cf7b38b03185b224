"""Inspection report."""

from marketplace.papers.layout import blocks, formats, labels, shared
from marketplace.papers.layout.blocks import Block, Column, Voice
from marketplace.papers.layout.shared import Data

_CLASSES = ("critical", "major", "minor")


def inspection_report(voice: Voice, data: Data) -> list[Block]:
    """Lay out an inspection report: whose goods, the plan, defects by class, the checklist, the result."""
    return [
        shared.parties(voice, data, "inspector", "seller", "buyer"),
        _goods(voice, data),
        _defects(voice, data),
        _checklist(voice, data),
        shared.signing(voice, data, "inspector"),
    ]


def _goods(voice: Voice, data: Data) -> Block:
    rows = [
        (voice.word("description"), voice.texts(data["title"]) + voice.same(data["sku"])),
        (voice.word("hs_code"), voice.same(data["hs_code"])),
        (voice.word("lot"), voice.cell(lambda locale: _units(data["quantity"], data["unit"], locale))),
        (voice.word("inspected_on"), voice.day(data["inspected_on"])),
        (voice.word("sampling_standard"), voice.same(data["standard"])),
        (voice.word("inspection_level"), voice.same(f"{data['level']} ({data['letter']})")),
        (voice.word("sample"), voice.cell(lambda locale: _units(data["sample"], data["unit"], locale))),
        (voice.word("result"), voice.word(f"inspection_{data['result']}")),
    ]
    return blocks.facts(voice.word("inspection_plan"), rows)


def _units(quantity: str, unit: str, locale: str) -> str:
    return f"{formats.number(quantity, locale)}\u00a0{labels.unit(unit, locale)}"


def _defects(voice: Voice, data: Data) -> Block:
    columns = [
        Column(voice.word("defects"), 40),
        Column(voice.same("AQL"), 20, numeric=True),
        Column(voice.word("accepted_up_to"), 20, numeric=True),
        Column(voice.word("found"), 20, numeric=True),
    ]
    aqls = ("0", data["major_aql"], data["minor_aql"])
    rows = [
        [
            voice.word(f"defects_{name}"),
            voice.same(aql),
            voice.first(lambda locale, it=accepted: formats.number(it, locale)),
            voice.first(lambda locale, it=found: formats.number(it, locale)),
        ]
        for name, aql, accepted, found in zip(_CLASSES, aqls, data["accepted"], data["found"], strict=True)
    ]
    return blocks.table(voice.word("defects"), columns, rows)


def _checklist(voice: Voice, data: Data) -> Block:
    columns = [Column(voice.word("checked"), 60), Column(voice.word("result"), 40)]
    rows = [
        [voice.word(f"check_{point}"), voice.word(f"check_is_{check}")] for point, check in data["checklist"].items()
    ]
    return blocks.table(voice.word("checklist"), columns, rows)
