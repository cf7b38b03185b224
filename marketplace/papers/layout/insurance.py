"""Insurance certificate."""

from marketplace.papers.layout import blocks, formats, marks, shared
from marketplace.papers.layout.blocks import Block, Voice
from marketplace.papers.layout.shared import Data


def certificate(voice: Voice, data: Data) -> list[Block]:
    """Lay out a certificate: cover, value, voyage and the marks on the cartons."""
    cover = [
        (voice.word("policy"), voice.same(data["policy"])),
        (voice.word("clauses_icc"), voice.same(f"ICC ({data['clauses']})")),
        (voice.word("insured_of"), voice.money(data["value_of"])),
        (voice.word("uplift"), voice.same(f"{data['uplift_percent']} %")),
        (voice.word("insured_value"), voice.money(data["insured_value"])),
        (voice.word("premium_rate"), voice.same(data["rate"])),
        (voice.word("premium"), voice.money(data["premium"])),
    ]
    voyage = [
        (voice.word("route"), shared.route(voice, data)),
        (voice.word("conveyance"), voice.same(data["conveyance"])),
        (voice.word("goods"), voice.texts(data["goods"])),
        (voice.word("cartons"), voice.first(lambda locale: formats.number(data["cartons"], locale))),
    ]
    note = voice.word("fictitious") if data["fictitious"] == "yes" else None
    return [
        shared.parties(voice, data, "insurer", "insured"),
        blocks.facts(voice.word("terms"), cover, note=note),
        blocks.facts(voice.word("voyage"), voyage),
        *marks.block(voice, data),
        shared.signing(voice, data, "insurer"),
    ]
