"""Freight contract."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from marketplace.papers.layout import blocks, formats, shared
from marketplace.papers.layout import labels as words
from marketplace.papers.layout.blocks import Block, Cell, Column, Voice
from marketplace.papers.layout.shared import Data


def freight_contract(voice: Voice, data: Data) -> list[Block]:
    """Lay out a freight contract: the way of every booking, what is charged, by which tariff."""
    return [
        shared.parties(voice, data, "carrier", "payer", "shipper", "consignee"),
        _carriage(voice, data),
        _charges(voice, data),
        *_parts(voice, data),
        *_fees(voice, data),
        _tariff(voice, data),
        *shared.payee(voice, data),
        shared.signing(voice, data, "carrier", "payer"),
    ]


def _carriage(voice: Voice, data: Data) -> Block:
    columns = [
        Column(voice.word("booking"), 19),
        Column(voice.word("departure"), 19),
        Column(voice.word("route"), 30),
        Column(voice.word("departs"), 22),
        Column(voice.word("arrives"), 22),
    ]
    rows = [
        [
            voice.same(journey["booking"]),
            voice.same(journey["departure"]),
            voice.texts(journey["line"]) + shared.route(voice, journey),
            voice.cell(lambda locale, it=journey: formats.instant(it["departs_at"], it["departs_zone"], locale)),
            voice.cell(lambda locale, it=journey: formats.instant(it["arrives_at"], it["arrives_zone"], locale)),
        ]
        for journey in data["journeys"]
    ]
    return blocks.table(voice.word("carriage"), columns, rows)


def _charges(voice: Voice, data: Data) -> Block:
    columns = [
        Column(voice.word("booking"), 19),
        Column(voice.word("gross"), 14, numeric=True),
        Column(voice.word("volume"), 14, numeric=True),
        Column(voice.word("loading_metres"), 13, numeric=True),
        Column(voice.word("pallets"), 11, numeric=True),
        Column(voice.word("chargeable"), 16, numeric=True),
        Column(voice.word("binding"), 13),
        Column(voice.word("amount"), 19, numeric=True),
    ]
    rows = [
        [
            voice.same(journey["booking"]),
            voice.first(lambda locale, it=journey: shared.kilograms(it["gross_g"], locale)),
            voice.first(lambda locale, it=journey: shared.cubic_metres(it["cm3"], locale)),
            voice.first(lambda locale, it=journey: formats.scaled(it["ldm_mm"], 3, locale, shown_places=2)),
            voice.first(lambda locale, it=journey: formats.number(it["pallets"], locale)),
            voice.first(lambda locale, it=journey: shared.kilograms(it["chargeable_g"], locale)),
            voice.word(f"binding_{journey['binding']}"),
            voice.money(journey["amount"]),
        ]
        for journey in data["journeys"]
    ]
    sums: list[Cell] = [voice.word("total"), [], [], [], [], [], [], voice.money(data["total"])]
    return blocks.table(voice.word("freight"), columns, rows, sums=sums)


def _parts(voice: Voice, data: Data) -> list[Block]:
    """Say what the freight is made up of; contracts of before do not."""
    if not data.get("parts"):
        return []
    columns = [Column(voice.word("made_up_of"), 40), Column(voice.word("amount"), 19, numeric=True)]
    rows = [[voice.word(f"part_{one['kind']}"), voice.money(one["amount"])] for one in data["parts"]]
    return [
        blocks.table(voice.word("made_up_of"), columns, rows, sums=[voice.word("total"), voice.money(data["total"])])
    ]


def _fees(voice: Voice, data: Data) -> list[Block]:
    """Say what a booking may cost on top; contracts of before do not, and some days have no rule."""
    rows = [(voice.word(f"fee_{one['kind']}"), voice.cell(partial(_fee, one))) for one in data.get("fees", ())]
    return [blocks.facts(voice.word("fees"), rows)] if rows else []


def _fee(fee: Mapping[str, Any], locale: str) -> str:
    """Say how much a fee is, and until when there is none."""
    if "per_kg" in fee:
        amount = words.word("fee_by_weight", locale, price=formats.money(fee["per_kg"], locale))
    else:
        amount = words.word("fee_by_share", locale, share=formats.percent(fee["share_bp"], locale))
    least = words.word("fee_least", locale, amount=formats.money(fee["minimum"], locale))
    if fee["kind"] == "cancellation":
        free = words.word("fee_free_days", locale, days=fee["free_days"])
    else:
        free = words.word("fee_free_minutes", locale, minutes=fee["grace_minutes"])
    return f"{amount}; {least}; {free}"


def _tariff(voice: Voice, data: Data) -> Block:
    tariff = data["tariff"]
    rows = [
        *_whole_lorry(voice, data),
        (voice.word("per_kg"), voice.money(tariff["per_kg"])),
        (voice.word("minimum"), voice.money(tariff["minimum"])),
        (voice.word("factors"), voice.word("factors_rule", m3=tariff["m3_factor"], ldm=tariff["ldm_factor"])),
        (voice.word("tariff"), voice.same(tariff["note"])),
        (voice.word("freight_due"), voice.word(data["due_event"])),
        (voice.word("mode"), voice.word(data["mode"])),
        (voice.word("liability"), voice.word("cmr_terms")),
    ]
    return blocks.facts(voice.word("terms"), rows)


def _whole_lorry(voice: Voice, data: Data) -> list[tuple[Cell, Cell]]:
    """Say what the whole lorry costs that the amounts are shares of, and when the tariff by weight holds again."""
    found = data.get("whole_lorry")
    if not found:
        return []
    return [
        (voice.word("per_vehicle"), voice.money(found["price"])),
        (voice.word("vehicle_shares"), voice.word("vehicle_shares_rule")),
        (voice.word("free_hours"), voice.same(found["free_hours"])),
        (voice.word("waiting_hour"), voice.money(found["waiting"])),
        (voice.word("given_back"), voice.word("given_back_rule")),
    ]
