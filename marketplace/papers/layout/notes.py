"""Credit note, debit note."""

from marketplace.papers.layout import blocks, shared
from marketplace.papers.layout.blocks import Block, Column, Voice
from marketplace.papers.layout.shared import Data


def credit_note(voice: Voice, data: Data) -> list[Block]:
    """Lay out a credit note: who asks whom how much less, for what."""
    return _note(voice, data, "credited", "note_credit")


def debit_note(voice: Voice, data: Data) -> list[Block]:
    """Lay out a debit note: who asks whom how much more, for what."""
    return _note(voice, data, "debited", "note_debit")


def _note(voice: Voice, data: Data, column: str, meaning: str) -> list[Block]:
    invoices = voice.same(", ".join(data["invoices"])) or voice.word("not_invoiced")
    rows = [
        (voice.word("reason"), voice.word(f"reason_{data['reason']}")),
        (voice.word("claim"), voice.same(data["claim"])),
        (voice.word("freight_contract_no"), voice.same(data["freight_contract"])),
        # What is claimed of a carrier is no matter of the seller's invoices.
        *([] if data["freight_contract"] else [(voice.word("invoices"), invoices)]),
    ]
    columns = [
        Column(voice.word("sku"), 20),
        Column(voice.word("description"), 50),
        Column(voice.word(column), 30, True),
    ]
    goods = [[voice.same(one["sku"]), voice.texts(one["title"]), []] for one in data["goods"]]
    sums = [voice.word("total"), [], voice.money(data["total"])]
    return [
        shared.parties(voice, data, "issuer", "recipient"),
        blocks.facts(voice.word("note"), rows, note=voice.word(meaning)),
        blocks.table(voice.word("goods"), columns, goods, sums=sums),
    ]
