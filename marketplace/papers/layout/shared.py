"""Blocks that several kinds of paper share."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marketplace.papers.layout import blocks, formats, labels, samples
from marketplace.papers.layout.blocks import Block, Cell, Column, Voice
from marketplace.papers.rules.commercial_invoice import is_for_customs

Data = Mapping[str, Any]


def parties(voice: Voice, data: Data, *roles: str) -> Block:
    """Return the companies of these roles; a consignee or importer that is the buyer is named all the same."""
    present = [role for role in roles if role in data]
    return blocks.parties([(voice.word(role), _company(voice, data[role])) for role in present])


def _company(voice: Voice, party: Data) -> list[Cell]:
    lines = [
        voice.same(party["name"]),
        voice.same(party["address"]) or voice.word("address_missing"),
        voice.cell(lambda locale: formats.country(party["country"], locale)),
    ]
    # Papers issued before these were printed hold none of them.
    for name in ("registration_number", "tax_id", "contact"):
        if party.get(name):
            label = " ".join(part["text"] for part in voice.word(name))
            lines.append(voice.same(f"{label} {party[name]}"))
    return [line for line in lines if line]


def head(voice: Voice, data: Data) -> list[tuple[Cell, Cell]]:
    """Return what stands beside the title: dates and references."""
    rows = [(voice.word("issued_on"), voice.day(data["issued_on"]))] if "issued_on" in data else []
    if "valid_until" in data:
        rows.append((voice.word("valid_until"), voice.day(data["valid_until"])))
    rows += [(voice.word(name), voice.same(data[name])) for name in ("order", "contract", "departure") if name in data]
    said = [name for name in ("purchase_order_number", "cost_centre") if data.get(name)]
    return rows + [(voice.word(name), voice.same(data[name])) for name in said]


def goods(voice: Voice, data: Data) -> Block:
    """Return the goods with their prices."""
    currency = data["total"]["currency"]
    columns = [
        Column(voice.word("position"), 5),
        Column(voice.word("description"), 34),
        Column(voice.word("hs_code"), 13),
        Column(voice.word("origin"), 12),
        Column(voice.word("quantity"), 14, numeric=True),
        Column(voice.cell(lambda locale: f"{labels.word('unit_price', locale)}, {currency}"), 14, numeric=True),
        Column(voice.cell(lambda locale: f"{labels.word('amount', locale)}, {currency}"), 16, numeric=True),
    ]
    rows = [goods_row(voice, position, line) for position, line in enumerate(data["lines"], 1)]
    rows += samples.extras(voice, data)
    sums: list[Cell] = [[], voice.word("total"), [], [], [], [], voice.money(data["total"])]
    return blocks.table(voice.word("goods"), columns, rows, sums=sums)


def goods_row(voice: Voice, position: int, line: Data) -> list[Cell]:
    """Return one line of goods; without its prices where the paper holds none."""
    row = [
        voice.same(str(position)),
        voice.texts(line["title"]) + voice.cell(lambda _: f"{line['sku']}"),
        voice.same(line["hs_code"]),
        voice.cell(lambda locale: formats.country(line["origin"], locale)),
        voice.cell(
            lambda locale: f"{formats.number(line['quantity'], locale)}\u00a0{labels.unit(line['unit'], locale)}"
        ),
    ]
    if "amount" in line:
        row += [voice.money(line["unit_price"], code=False), voice.money(line["amount"], code=False)]
    return row


def packing(voice: Voice, data: Data) -> Block:
    """Return cartons, weights, volume and departure of every line."""
    columns = [
        Column(voice.word("position"), 5),
        Column(voice.word("sku"), 20),
        Column(voice.word("cartons"), 12, numeric=True),
        Column(voice.word("carton_units"), 12, numeric=True),
        Column(voice.word("gross"), 15, numeric=True),
        Column(voice.word("net"), 15, numeric=True),
        Column(voice.word("volume"), 14, numeric=True),
        Column(voice.word("departure"), 18),
    ]
    rows = [_packing_row(voice, position, line) for position, line in enumerate(data["lines"], 1)]

    def total(name: str) -> int:
        return sum(int(line[name]) for line in data["lines"])

    sums: list[Cell] = [
        [],
        voice.word("total"),
        voice.first(lambda locale: formats.number(total("cartons"), locale)),
        [],
        voice.first(lambda locale: kilograms(total("gross_g"), locale)),
        voice.first(lambda locale: kilograms(total("net_g"), locale)),
        voice.first(lambda locale: cubic_metres(total("cm3"), locale)),
        [],
    ]
    return blocks.table(voice.word("packing"), columns, rows, sums=sums)


def _packing_row(voice: Voice, position: int, line: Data) -> list[Cell]:
    departure = voice.same(line["departure"])
    if "ready_on" in line:
        departure += voice.cell(
            lambda locale: f"{labels.word('ready_on', locale)} {formats.day(line['ready_on'], locale)}"
        )
    return [
        voice.same(str(position)),
        voice.same(line["sku"]),
        voice.first(lambda locale: formats.number(line["cartons"], locale)),
        voice.first(lambda locale: per_carton(line, locale)),
        voice.first(lambda locale: kilograms(line["gross_g"], locale)),
        voice.first(lambda locale: kilograms(line["net_g"], locale)),
        voice.first(lambda locale: cubic_metres(line["cm3"], locale)),
        departure,
    ]


def per_carton(line: Data, locale: str) -> str:
    """Write what each carton holds; of ``5000`` in cartons of 103 the last holds less: ``48 × 103 + 56``."""
    if not line.get("carton_units"):
        return ""
    units, full = int(line["carton_units"]), int(line["cartons"]) - 1
    last = int(line["quantity"]) - full * units
    each = formats.number(str(units), locale)
    if full < 1 or not 0 < last < units:
        return each
    return f"{formats.number(str(full), locale)} × {each} + {formats.number(str(last), locale)}"


def settlement(voice: Voice, data: Data) -> list[Block]:
    """Return what leads from an invoice to its payments; nothing on invoices of before this was written on them."""
    found = data.get("settlement")
    if found is None:
        return []
    # Payments ask for what was ordered: with short goods no sum leads from the total to what is open.
    is_short = bool(Decimal(found["short"]["amount"]))
    gone = [name for name in ("taken_back", "sent_back") if name in found]
    names = ("ordered", *(["short"] if is_short else []), "paid", *gone)
    rows = [
        (
            voice.cell(lambda locale, each=each: labels.word(each["kind"], locale, sample=each["reference"])),
            voice.money(each["amount"]),
        )
        for each in found.get("extras", ())
    ]
    rows += [(voice.word(f"amount_{name}"), voice.money(found[name])) for name in names]
    rows.append((voice.word("amount_open_short" if is_short else "amount_open"), voice.money(found["open"])))
    return [blocks.facts(voice.word("plan"), rows)]


def kilograms(grams: str | int, locale: str) -> str:
    """Write grams as kilograms, three places only where they say something."""
    places = 0 if Decimal(grams) % 1000 == 0 else 3
    return formats.scaled(grams, 3, locale, shown_places=places)


def cubic_metres(cm3: str | int, locale: str) -> str:
    """Write cubic centimetres as cubic metres with three places."""
    return formats.scaled(cm3, 6, locale, shown_places=3)


def terms(voice: Voice, data: Data) -> Block:
    """Return price basis, duty and settlement; on a contract also who stands where and who pays what."""
    importer = data.get("importer")
    rows = [
        (voice.word("basis"), basis(voice, data)),
        *([(voice.word("duty"), voice.word("duty_not_included", importer=importer["name"]))] if importer else []),
        (voice.word("mode"), voice.word("nothing_paid" if is_for_customs(data) else data["mode"])),
        *((voice.word(role), voice.same(data[role]["name"])) for role in ("exporter", "notify") if role in data),
        *((voice.word(f"paid_{cost}"), voice.word(side)) for cost, side in data.get("costs", {}).items()),
    ]
    return blocks.facts(voice.word("terms"), rows)


def basis(voice: Voice, data: Data) -> Cell:
    """Return the Incoterms rule with its named place."""
    rule, place = data["basis"]["rule"], data["basis"]["place"]
    stand_in = place.get("en") or next(iter(place.values()), "")

    def write(locale: str) -> str:
        comma = "，" if locale == "zh" else ", "
        return f"{rule} {place.get(locale) or stand_in}{comma}{labels.word('incoterms', locale)}"

    return voice.cell(write)


def shipment(voice: Voice, data: Data, *more: tuple[Cell, Cell]) -> Block:
    """Return how the goods travel, and what else belongs there; the departure stands with the packing."""
    journey = data["shipment"]
    if "fetched" in journey:
        there = voice.cell(lambda locale: journey["fetched"].get(locale) or journey["fetched"]["en"])
        return blocks.facts(voice.word("carriage"), [(voice.word("fetched"), there), *more])
    by_courier = "courier" in journey
    rows = [
        (voice.word("booking"), voice.same(journey["booking"])),
        (voice.word("courier_name"), voice.same(journey.get("courier", ""))),
        (voice.word("tracking" if by_courier else "house_waybill"), voice.same(journey["house_waybill"])),
        (voice.word("route"), route(voice, journey)),
        *more,
    ]
    return blocks.facts(voice.word("carriage"), rows)


def route(voice: Voice, journey: Data) -> Cell:
    """Return the two ends of a journey."""
    start, end = journey["origin"], journey["destination"]
    return voice.cell(lambda locale: f"{start.get(locale) or start['en']} – {end.get(locale) or end['en']}")


def plan(voice: Voice, data: Data) -> Block:
    """Return the milestones of the payment plan."""
    columns = [
        Column(voice.word("due"), 40),
        Column(voice.word("share"), 12, numeric=True),
        Column(voice.word("amount"), 24, numeric=True),
        Column(voice.word("due_on"), 24),
    ]
    # Where a provider holds the money nobody has days to pay; papers from before these were printed say none.
    has_days = any("days" in stage for stage in data["stages"])
    if has_days:
        columns.append(Column(voice.word("within"), 24))
    has_open = any("open" in stage for stage in data["stages"])
    if has_open:
        columns.insert(3, Column(voice.word("amount_open"), 24, numeric=True))
    rows = [
        [
            voice.word(stage["event"]),
            voice.first(lambda locale, share=stage["share_bp"]: formats.percent(share, locale)),
            voice.money(stage["amount"]),
            *([voice.money(stage["open"])] if has_open else []),
            voice.day(stage["due_on"]) if "due_on" in stage else [],
            *([voice.word(f"days_{stage['counted']}", days=str(stage["days"]))] if has_days else []),
        ]
        for stage in data["stages"]
    ]
    return blocks.table(voice.word("plan"), columns, rows)


def payee(voice: Voice, data: Data) -> list[Block]:
    """Return the account to pay to, nothing where a provider holds the money."""
    account = data.get("payee")
    if account is None:
        return []
    rows = [
        (voice.word("holder"), voice.same(account["holder"])),
        # Holder and seller are two companies there.
        *(
            [(voice.word("received_by"), voice.word("received_by_house"))]
            if data.get("mode") == "operator_sells"
            else []
        ),
        (voice.word("bank"), voice.same(account["bank"])),
        (voice.word("account"), voice.same(account["number"])),
        (voice.word("bic"), voice.same(account["bic"])),
        (voice.word("country"), voice.cell(lambda locale: formats.country(account["country"], locale))),
        (voice.word("currency"), voice.same(account["currency"])),
        (voice.word("reference"), voice.same(account["reference"])),
    ]
    return [blocks.facts(voice.word("payee"), rows, note=voice.word("quote_reference"))]


def signing(voice: Voice, data: Data, *roles: str) -> Block:
    """Return places to sign for these roles."""
    return blocks.signatures(
        voice.word("signatures"),
        [(voice.word(role), voice.same(data[role]["name"])) for role in roles],
        voice.word("name_and_seal"),
    )
