"""Commission, freight and account statement."""

from marketplace.papers.layout import blocks, formats, labels, shared
from marketplace.papers.layout.blocks import Block, Cell, Column, Voice
from marketplace.papers.layout.shared import Data


def statement(voice: Voice, data: Data) -> list[Block]:
    """Lay out a statement: balances at both ends, every entry between them, the papers of the period."""
    sheet = [shared.parties(voice, data, "issuer", "recipient"), _balances(voice, data), _rows(voice, data)]
    if data["papers"]:
        sheet.append(_papers(voice, data))
    return sheet


def _balances(voice: Voice, data: Data) -> Block:
    period = voice.cell(lambda locale: f"{formats.day(data['since'], locale)} – {formats.day(data['until'], locale)}")
    rows = [(voice.word("period"), period), (voice.word("currency"), voice.same(data["currency"]))]
    if data["interim"]:
        rows.append((voice.word("interim"), voice.word("interim_meaning")))
    for at in ("opening", "closing"):
        for name, amount in zip(data["balances"], data[at], strict=True):
            label = voice.cell(lambda locale, at=at, name=name: formats.labelled(locale, at, f"balance_{name}"))
            rows.append((label, voice.money(amount)))
    return blocks.facts(voice.word("balances"), rows, note=voice.word("no_vat") if data["no_vat"] else None)


def _rows(voice: Voice, data: Data) -> Block:
    has_base = any("base" in row for row in data["rows"])
    columns = [Column(voice.word("day"), 15), Column(voice.word("entry"), 20), Column(voice.word("order"), 25)]
    if has_base:
        columns += [Column(voice.word("base"), 16, numeric=True), Column(voice.word("rate"), 9, numeric=True)]
    columns += [Column(voice.word(f"column_{name}"), 16, numeric=True) for name in data["columns"]]
    rows = [_row(voice, row, has_base=has_base) for row in data["rows"]]
    blank: list[Cell] = [[], []] if has_base else []
    sums = [voice.word("total"), [], [], *blank, *(voice.money(amount, code=False) for amount in data["sums"])]
    return blocks.table(voice.word("entries"), columns, rows, sums=sums)


def _row(voice: Voice, row: Data, *, has_base: bool) -> list[Cell]:
    about = voice.same(row["reference"])
    for name in ("order", "article"):
        about += voice.same(row[name])
    if row["purchase_order_number"]:
        number = row["purchase_order_number"]
        about += voice.same(f"PO {number}")
    # The end of the id is what differs between the entries of a day.
    about += voice.same(f"…{row['transfer'][-12:]}" if row["transfer"] else "")
    figures: list[Cell] = []
    if has_base:
        rate = row.get("rate_bp")
        figures = [
            voice.money(row["base"], code=False) if "base" in row else [],
            voice.first(lambda locale: formats.percent(rate, locale)) if rate else [],
        ]
    amounts = [voice.money(amount, code=False) for amount in row["amounts"]]
    return [voice.day(row["on"]), _what(voice, row["what"]), about, *figures, *amounts]


def _what(voice: Voice, kind: str) -> Cell:
    """Return why an entry was made; its code where there are no words for it."""
    return voice.word(f"entry_{kind}") if labels.is_known(f"entry_{kind}") else voice.same(kind)


def _papers(voice: Voice, data: Data) -> Block:
    columns = [
        Column(voice.word("day"), 18),
        Column(voice.word("paper"), 26),
        Column(voice.word("number"), 22),
        Column(voice.word("order"), 22),
        Column(voice.word("amount"), 20, numeric=True),
    ]
    rows = [
        [
            voice.day(one["on"]),
            voice.word(one["kind"]),
            voice.same(one["number"]),
            voice.same(one["reference"]),
            voice.money(one["total"]),
        ]
        for one in data["papers"]
    ]
    return blocks.table(voice.word("papers"), columns, rows)
