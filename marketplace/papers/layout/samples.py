"""What papers say of samples: that goods are one, their value for customs, what is credited and conformed to."""

from collections.abc import Mapping
from typing import Any

from marketplace.papers.layout import blocks, formats, labels
from marketplace.papers.layout.blocks import Block, Cell, Voice

Data = Mapping[str, Any]


def mark(voice: Voice, data: Data) -> list[Block]:
    """Return the word SAMPLE with the value for customs; nothing on papers of other goods."""
    found = data.get("sample")
    if found is None:
        return []
    is_free = found["is_free"] == "yes"
    rows = [
        (voice.word("sample_number"), voice.same(found["reference"])),
        (voice.word("customs_value"), voice.money(found["customs_value"])),
    ]
    note = voice.word("no_commercial_value") if is_free else None
    return [blocks.facts(voice.word("sample_goods"), rows, note=note)]


def conformity(voice: Voice, data: Data) -> list[Block]:
    """Return by which approved samples the goods of a contract are measured."""
    rows: list[tuple[Cell, Cell]] = []
    for each in data.get("conforms_to", ()):
        rows.append(
            (
                voice.same(each["sku"]),
                voice.cell(
                    lambda locale, each=each: labels.word(
                        "conforms_to_sample",
                        locale,
                        sample=each["reference"],
                        day=formats.day(each["approved_on"], locale),
                    )
                ),
            )
        )
        rows.append((voice.word("sample_hash"), voice.same(each["content_hash"])))
    return [blocks.facts(voice.word("conformity"), rows)] if rows else []


def extras(voice: Voice, data: Data) -> list[list[Cell]]:
    """Return the rows below the goods: a courier's fee, what samples are credited with."""
    return [
        [
            [],
            voice.cell(lambda locale, each=each: labels.word(each["kind"], locale, sample=each["reference"])),
            [],
            [],
            [],
            [],
            voice.money(each["amount"], code=False),
        ]
        for each in data.get("extras", ())
    ]
