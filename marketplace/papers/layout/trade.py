"""Pro-forma, sales contract, commercial invoice."""

from marketplace.papers.layout import blocks, formats, labels, marks, samples, shared
from marketplace.papers.layout.blocks import Block, Voice
from marketplace.papers.layout.shared import Data


def pro_forma(voice: Voice, data: Data) -> list[Block]:
    """Lay out a pro-forma invoice."""
    return [
        *samples.mark(voice, data),
        shared.parties(voice, data, "seller", "consignor", "buyer", "importer", "consignee"),
        shared.goods(voice, data),
        shared.terms(voice, data),
        shared.plan(voice, data),
        *shared.payee(voice, data),
        shared.packing(voice, data),
    ]


def sales_contract(voice: Voice, data: Data) -> list[Block]:
    """Lay out a sales contract: the facts, then the clauses, then places to sign."""
    return [
        *samples.mark(voice, data),
        shared.parties(voice, data, "seller", "consignor", "buyer", "importer", "consignee"),
        shared.goods(voice, data),
        *samples.conformity(voice, data),
        shared.terms(voice, data),
        shared.plan(voice, data),
        *shared.payee(voice, data),
        shared.packing(voice, data),
        blocks.clauses(voice.word("clauses"), data["clauses"], voice),
        *_governing(voice, data),
        shared.signing(voice, data, "seller", "buyer"),
    ]


def _governing(voice: Voice, data: Data) -> list[Block]:
    """Print the English clauses, which prevail, where none of the contract's languages is English."""
    if "en" in voice.spoken:
        return []
    return [blocks.clauses(voice.word("governing"), data["clauses"], Voice(("en",)))]


def commercial_invoice(voice: Voice, data: Data) -> list[Block]:
    """Lay out a commercial invoice: what was handed over of what was ordered, at the contract's prices."""
    line = data["lines"][0]
    ordered = voice.cell(
        lambda locale: f"{formats.number(data['ordered'], locale)}\u00a0{labels.unit(line['unit'], locale)}"
    )
    return [
        *samples.mark(voice, data),
        shared.parties(voice, data, "seller", "consignor", "buyer", "importer", "consignee"),
        shared.goods(voice, data),
        *_free(voice, data),
        *shared.settlement(voice, data),
        shared.terms(voice, data),
        *shared.payee(voice, data),
        shared.packing(voice, data),
        *marks.block(voice, data),
        shared.shipment(voice, data, (voice.word("ordered"), ordered)),
        shared.signing(voice, data, "seller"),
    ]


def _free(voice: Voice, data: Data) -> list[Block]:
    """Say of goods that replace others, or go back, that nobody pays for them, whatever they are worth to customs."""
    for named, said in (("replaces", "free_of_charge"), ("returns", "returned_goods")):
        if claim := data.get(named):
            return [blocks.facts(voice.word(said), [(voice.word("claim"), voice.same(claim))])]
    return []
