"""Papers of a small order, as the orders of the city fill them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from marketplace.kernel.money import Money, UnitPrice, largest_remainder
from marketplace.papers.rules import carriage_terms
from marketplace.papers.rules import carton_labels as cartons
from marketplace.papers.rules.booth_labels import BoothLabels, Label
from marketplace.papers.rules.carton_labels import CartonLabels
from marketplace.papers.rules.commercial_invoice import CommercialInvoice
from marketplace.papers.rules.consignment import CargoReceipt, Counted, Danger, DangerousGoodsNote, HouseWaybill
from marketplace.papers.rules.freight_contract import FreightContract
from marketplace.papers.rules.inspection_report import InspectionReport
from marketplace.papers.rules.insurance_certificate import InsuranceCertificate
from marketplace.papers.rules.lorry_papers import SealEntry, SealList, TransitItem, TransitSheet
from marketplace.papers.rules.manifest import House, Manifest
from marketplace.papers.rules.notes import Note, NotedGoods
from marketplace.papers.rules.packing_list import Marks, PackingList, Unit
from marketplace.papers.rules.parts import (
    Account,
    Basis,
    GoodsLine,
    Journey,
    Party,
    Settlement,
    Shipment,
    Stage,
    Tariff,
)
from marketplace.papers.rules.pro_forma import ProForma
from marketplace.papers.rules.promised import Promise
from marketplace.papers.rules.sales_contract import SalesContract
from marketplace.papers.rules.statement import ListedPaper, Statement, StatementRow

SELLER = Party(
    name="重庆链条有限公司 Chongqing Chain Co., Ltd.",
    country="CN",
    address="重庆市九龙坡区科园一路 88 号",
    registration_number="91500107MA5U0A1B2C",
)
BUYER = Party(
    name="Công ty TNHH Thương mại Đắk Lắk",
    country="VN",
    address="12 Nguyễn Huệ, Thành phố Hồ Chí Minh",
    registration_number="0312345678",
)
CARRIER = Party(name="บริษัท รถข้ามแดน จำกัด", country="TH", address="99/1 ถนนสุขุมวิท จันทบุรี 22000")
BASIS = Basis(rule="FCA", place={"en": "Chongqing Nanpeng hub", "zh": "重庆南彭集散中心", "vi": "Nam Bành"})
PAYEE = Account(
    holder="重庆链条有限公司",
    bank="中国工商银行重庆市分行",
    number="6222 0231 0000 1234 567",
    bic="ICBKCNBJCQG",
    country="CN",
    currency="CNY",
    reference="RF18 5390 0754 7034",
)


HUB = {"en": "Chongqing", "zh": "重庆"}
HANOI = {"en": "Hanoi", "vi": "Hà Nội"}
SHIPMENT = Shipment(
    booking="BKG-AAAA-BBBB",
    departure="DEP-7K3M-Q9TX",
    origin=HUB,
    destination=HANOI,
    house_waybill="HWB-7K3M-Q9TX",
)


def goods_line(position: int = 0, **changes: Any) -> GoodsLine:
    """Return a line of drive chains."""
    quantity = 1200 * (position + 1)
    price = UnitPrice.of("12.345", "CNY")
    line = GoodsLine(
        sku=f"CH-{position:03d}",
        title={"en": "Drive chain 428H", "zh": "摩托车链条 428H", "vi": "Nhông sên dĩa 428H"},
        hs_code="7315119000",
        origin="CN",
        quantity=quantity,
        unit="SET",
        unit_price=price,
        amount=price.times(quantity),
        cartons=24,
        gross_g=444_000,
        net_g=408_500,
        cm3=864_000,
        carton_units=50,
        departure="DEP-7K3M-Q9TX",
        ready_on=date(2026, 12, 4) if position else None,
    )
    return replace(line, **changes)


def _order(lines: tuple[GoodsLine, ...]) -> dict[str, Any]:
    total = Money(sum(line.amount.minor for line in lines), "CNY")
    deposit, rest = largest_remainder(total.minor, [30, 70])
    return {
        "order": "ORD-7K3M-Q9TX",
        "issued_on": date(2026, 11, 24),
        "seller": SELLER,
        "buyer": BUYER,
        "importer": BUYER,
        "consignee": None,
        "basis": BASIS,
        "lines": lines,
        "total": total,
        "plan": "deposit_30_70",
        "mode": "direct",
        "stages": (
            Stage(event="deposit", share_bp=3000, amount=Money(deposit, "CNY"), due_on=date(2026, 12, 1)),
            Stage(event="handed_over", share_bp=7000, amount=Money(rest, "CNY")),
        ),
        "payee": PAYEE,
    }


def pro_forma(count: int = 2, **changes: Any) -> ProForma:
    """Return a pro-forma of so many lines."""
    facts = _order(tuple(goods_line(position) for position in range(count)))
    return ProForma(**{"number": "PF-7K3M-Q9TX", "valid_until": date(2026, 12, 1), **facts, **changes})


def promise(**changes: Any) -> Promise:
    """Return what is promised of a line of ordinary goods."""
    facts: dict[str, Any] = {
        "position": 1, "commodity": "standard", "hours": None, "days": 7, "hidden_days": 14, "late_day_bp": 50,
        "late_most_bp": 1_000,
    }  # fmt: skip
    return Promise(**{**facts, **changes})


def sales_contract(**changes: Any) -> SalesContract:
    """Return a sales contract."""
    roles = {"exporter": SELLER, "notify": BUYER, "costs": {"freight": "buyer", "insurance": "buyer", "duty": "buyer"}}
    facts = {"number": "SC-7K3M-Q9TX", "promises": (promise(),), "late_days": 5, **roles, **_order((goods_line(),))}
    return SalesContract(**{**facts, **changes})


def freight_contract(**changes: Any) -> FreightContract:
    """Return a freight contract of one booking."""
    amount = Money.of("5328.00", "CNY")
    journey = Journey(
        booking="BKG-AAAA-BBBB",
        departure="DEP-7K3M-Q9TX",
        line={"en": "Chongqing – Hanoi", "zh": "重庆—河内"},
        origin={"en": "Chongqing", "zh": "重庆"},
        destination={"en": "Hanoi", "vi": "Hà Nội"},
        departs_at=datetime(2026, 12, 5, 10, tzinfo=UTC),
        departs_zone="Asia/Shanghai",
        arrives_at=datetime(2026, 12, 8, 3, tzinfo=UTC),
        arrives_zone="Asia/Ho_Chi_Minh",
        gross_g=2_664_000,
        cm3=5_184_000,
        ldm_mm=1_600,
        pallets=4,
        chargeable_g=2_960_000,
        binding="loading_metres",
        amount=amount,
    )
    tariff = Tariff(
        per_kg=UnitPrice.of("1.8", "CNY"),
        minimum=Money.of("300.00", "CNY"),
        m3_factor=333,
        ldm_factor=1850,
        note="demo tariff: fictitious",
    )
    facts = {
        "number": "FRT-7K3M-Q9TX",
        "order": "ORD-7K3M-Q9TX",
        "issued_on": date(2026, 11, 24),
        "carrier": CARRIER,
        "payer": BUYER,
        "shipper": SELLER,
        "consignee": BUYER,
        "journeys": (journey,),
        "total": amount,
        "tariff": tariff,
        "mode": "direct",
        "due_event": "handed_over",
        "payee": PAYEE,
    }
    return FreightContract(**{**facts, **changes})


def commercial_invoice(**changes: Any) -> CommercialInvoice:
    """Return the invoice of a lot that is smaller than what was ordered."""
    line = goods_line(quantity=1050, amount=Money.of("12962.25", "CNY"), cartons=21)
    facts = _order((line,)) | {"total": line.amount}
    del facts["stages"]
    facts |= {"number": "CI-2026-00001", "contract": "SC-7K3M-Q9TX", "ordered": 1200, "shipment": SHIPMENT}
    amounts = {"ordered": "14814.00", "short": "1851.75", "paid": "4444.20", "open": "10369.80"}
    facts["settlement"] = Settlement(**{name: Money.of(amount, "CNY") for name, amount in amounts.items()})
    return CommercialInvoice(**{**facts, **changes})


def packing_list(**changes: Any) -> PackingList:
    """Return the packing list of a line that the hub has measured: one pallet, one lot without sides."""
    mark = Marks(
        consignee=BUYER.name,
        order="ORD-7K3M-Q9TX",
        position=1,
        destination=HANOI,
        cartons=24,
        gross_g=18_500,
        net_g=17_020,
        origin="CN",
        handed_cartons=21,
        labels=("104000000000000017", "104000000000000246"),
        own="HANDLE WITH CARE",
    )
    pallet = Unit(
        label="004012345678901235",
        cartons=20,
        gross_g=370_000,
        cm3=1_152_000,
        length_mm=1200,
        width_mm=800,
        height_mm=1205,
    )
    facts = {
        "number": "PL-7K3M-Q9TX.1",
        "order": "ORD-7K3M-Q9TX",
        "contract": "SC-7K3M-Q9TX",
        "issued_on": date(2026, 12, 5),
        "seller": SELLER,
        "buyer": BUYER,
        "consignee": BUYER,
        "basis": BASIS,
        "lines": (goods_line(),),
        "marks": (mark,),
        "shipment": SHIPMENT,
        "units": (pallet, Unit(label="004012345678901242", cartons=4, gross_g=74_000, cm3=144_000)),
    }
    return PackingList(**{**facts, **changes})


def carton_labels(**changes: Any) -> CartonLabels:
    """Return the labels of two cartons of the line that the packing list is about."""
    codes = ["104000000000000017", "104000000000000024"]
    (paper,) = cartons.papers(
        number="LB-7K3M-Q9TX.1", order="ORD-7K3M-Q9TX", marks=packing_list().marks[0], codes=codes
    )
    return replace(paper, **changes)


def manifest(count: int = 2, **changes: Any) -> Manifest:
    """Return the manifest of a lorry with so many consignments."""
    house = House(
        house_waybill="HWB-7K3M-Q9TX",
        booking="BKG-AAAA-BBBB",
        shipper=SELLER,
        consignee=BUYER,
        destination=HANOI,
        goods={"en": "Drive chain 428H", "zh": "摩托车链条 428H"},
        hs_code="7315119000",
        origin="CN",
        basis="FCA",
        cartons=24,
        gross_g=444_000,
        cm3=864_000,
        labels=("004012345678901235",),
    )
    facts = {
        "number": "MAN-7K3M-Q9TX",
        "departure": "DEP-7K3M-Q9TX",
        "issued_on": date(2026, 12, 5),
        "carrier": CARRIER,
        "line": {"en": "Chongqing – Hanoi", "zh": "重庆—河内"},
        "origin": HUB,
        "destination": HANOI,
        "departs_at": datetime(2026, 12, 5, 10, tzinfo=UTC),
        "departs_zone": "Asia/Shanghai",
        "arrives_at": datetime(2026, 12, 8, 3, tzinfo=UTC),
        "arrives_zone": "Asia/Ho_Chi_Minh",
        "sealed_at": datetime(2026, 12, 5, 9, 40, tzinfo=UTC),
        "seals": ("CN-0098231",),
        "houses": (house,) * count,
        "frozen_sha256": "ab" * 32,
    }
    return Manifest(**{**facts, **changes})


def booth_labels(count: int = 2, **changes: Any) -> BoothLabels:
    """Return the labels of a booth with so many exhibits."""
    label = Label(
        title={"en": "Drive chain 428H", "zh": "摩托车链条 428H"}, sku="CH-428-116", address="https://city.test/x/abc"
    )
    facts = {
        "number": "LAB-0123456789AB-A6",
        "company": SELLER.name,
        "hall": {"en": "Hall A", "zh": "甲馆"},
        "booth": "A-12",
        "size": "a6",
        "labels": (label,) * count,
    }
    return BoothLabels(**{**facts, **changes})


def note(**changes: Any) -> Note:
    """Return a credit note for goods that came damaged."""
    facts = {
        "number": "CN-2026-00001",
        "order": "ORD-7K3M-Q9TX",
        "contract": "SC-7K3M-Q9TX",
        "issued_on": date(2026, 12, 9),
        "issuer": SELLER,
        "recipient": BUYER,
        "reason": "claim_damaged",
        "invoices": ("CI-2026-00001",),
        "goods": (NotedGoods(sku="CH-000", title=goods_line().title),),
        "total": Money.of("120.50", "CNY"),
        "claim": "CLM-7K3M-Q9TX",
        "purchase_order_number": "PO-77",
    }
    return Note(**{**facts, **changes})


def statement(count: int = 2, **changes: Any) -> Statement:
    """Return a commission statement of so many charges, nothing paid yet."""
    fee, nothing = Money.of("30.00", "CNY"), Money.zero("CNY")
    row = StatementRow(
        on=date(2026, 11, 5),
        what="commission_billed",
        reference="ORD-7K3M-Q9TX",
        amounts=(fee, nothing, nothing),
        purchase_order_number="PO-77",
        article="CH-000",
        transfer="0193a1f0-0000-7000-8000-00000000abcd",
        base=Money.of("1000.00", "CNY"),
        rate_bp=300,
    )
    owed = Money(fee.minor * count, "CNY")
    facts = {
        "number": "CS-2026-00001",
        "issued_on": date(2026, 12, 1),
        "issuer": SELLER,
        "recipient": BUYER,
        "since": date(2026, 11, 1),
        "until": date(2026, 11, 30),
        "currency": "CNY",
        "columns": ("commission", "vat", "settled"),
        "balances": ("commission",),
        "opening": (nothing,),
        "rows": (row,) * count,
        "sums": (owed, nothing, nothing),
        "closing": (owed,),
        "no_vat": "yes",
    }
    return Statement(**{**facts, **changes})


def account_statement(**changes: Any) -> Statement:
    """Return an interim account between payer and payee with an entry that no label names, and its papers."""
    amounts = Money.of("500.00", "CNY"), Money.zero("CNY")
    row = StatementRow(on=date(2026, 11, 5), what="set_off", reference="FRT-7K3M-Q9TX", amounts=amounts, order="ORD-1")
    paper = ListedPaper(
        on=date(2026, 11, 6), kind="credit_note", number="CN-2026-00001", reference="ORD-1", total=amounts[0]
    )
    facts = {"columns": ("open", "held"), "balances": ("open", "held"), "opening": (amounts[1], amounts[1])}
    facts |= {"rows": (row,), "sums": amounts, "closing": amounts, "papers": (paper,), "interim": "yes", "no_vat": ""}
    return statement(**{**facts, **changes})


def inspection_report(**changes: Any) -> InspectionReport:
    """Return a report of goods that passed with remarks."""
    facts: dict[str, Any] = {
        "number": "INS-7K3M-Q9TX",
        "order": "ORD-7K3M-Q9TX",
        "issued_on": date(2026, 11, 24),
        "inspector": SELLER,
        "seller": SELLER,
        "buyer": BUYER,
        "sku": "CH-000",
        "title": {"en": "Drive chain 428H", "zh": "摩托车链条 428H"},
        "hs_code": "7315119000",
        "quantity": 1_200,
        "unit": "SET",
        "inspected_on": date(2026, 11, 23),
        "standard": "ISO 2859-1:1999, Tables 1 and 2-A",
        "level": "II",
        "letter": "J",
        "sample": 80,
        "major_aql": "2.5",
        "minor_aql": "4.0",
        "accepted": (0, 5, 7),
        "found": (0, 2, 8),
        "checklist": {"quantity": "ok", "marks": "not_ok", "function": "not_applicable"},
        "result": "conditional",
    }
    return InspectionReport(**{**facts, **changes})


def marks() -> Marks:
    """Return the shipping marks of a line."""
    return packing_list().marks[0]


def danger() -> Danger:
    """Return dangerous goods of ten cartons."""
    return Danger(
        un_number="3480",
        shipping_name="Lithium ion batteries",
        hazard_class="9",
        packing_group="II",
        net="12.5",
        net_unit="kg",
        cartons=24,
    )


_CARRIED = {
    "order": "ORD-7K3M-Q9TX",
    "departure": "DEP-7K3M-Q9TX",
    "issued_on": date(2026, 12, 5),
    "shipper": SELLER,
    "consignee": BUYER,
    "carrier": CARRIER,
}


def house_waybill(**changes: Any) -> HouseWaybill:
    """Return the waybill of a consignment with every box filled."""
    terms = carriage_terms.accepted()
    facts: dict[str, Any] = _CARRIED | {
        "number": "HWB-7K3M-Q9TX",
        "booking": "BKG-AAAA-BBBB",
        "origin": HUB,
        "destination": HANOI,
        "taken_over_on": date(2026, 12, 4),
        "goods": {"en": "Drive chain 428H", "zh": "摩托车链条 428H"},
        "hs_code": "7315119000",
        "origin_country": "CN",
        "cartons": 24,
        "gross_g": 444_000,
        "cm3": 864_000,
        "basis": "FCA",
        "payer": BUYER.name,
        "documents": ("CI-2026-00001", "PL-7K3M-Q9TX.1"),
        "carriers": (),
        "reservations": ("CTN 23 / 24",),
        "marks": (marks(),),
        "units": (Unit(label="000400000000000017", cartons=24, gross_g=444_000, cm3=864_000),),
        "wood_marks": ("CN-440001-HT",),
        "danger": danger(),
        "temperature": "2.0 – 8.0 °C",
        "terms_version": terms["version"],
        "terms_sha256": terms["sha256"],
        "terms": carriage_terms.printed(terms["version"]),
    }
    return HouseWaybill(**{**facts, **changes})


def dangerous_goods_note(**changes: Any) -> DangerousGoodsNote:
    """Return the note of dangerous goods."""
    facts: dict[str, Any] = _CARRIED | {
        "number": "DGN-7K3M-Q9TX",
        "danger": danger(),
        "gross_g": 444_000,
        "marks": (marks(),),
    }
    return DangerousGoodsNote(**{**facts, **changes})


def cargo_receipt(**changes: Any) -> CargoReceipt:
    """Return the receipt of a consignment that came in two lots."""
    facts: dict[str, Any] = _CARRIED | {
        "number": "RCT-7K3M-Q9TX",
        "destination": HANOI,
        "goods": {"en": "Drive chain 428H"},
        "loaded": 24,
        "counts": (
            Counted(day=date(2026, 12, 8), cartons=20, damaged=1, by_default="no"),
            Counted(day=date(2026, 12, 9), cartons=4, damaged=0, by_default="yes"),
        ),
    }
    return CargoReceipt(**{**facts, **changes})


_LORRY = {
    "departure": "DEP-7K3M-Q9TX",
    "issued_on": date(2026, 12, 5),
    "carrier": CARRIER,
    "origin": HUB,
    "destination": HANOI,
}


def seal_list(**changes: Any) -> SealList:
    """Return the seals of a lorry."""
    seals = (SealEntry(number="S-77", affixed_at=datetime(2026, 12, 5, 9, tzinfo=UTC)),)
    return SealList(**{"number": "SEA-7K3M-Q9TX", "departs_zone": "Asia/Shanghai", "seals": seals, **_LORRY, **changes})


def transit_sheet(**changes: Any) -> TransitSheet:
    """Return the transit sheet of a lorry whose movement is registered."""
    facts: dict[str, Any] = _LORRY | {
        "number": "TRS-7K3M-Q9TX",
        "offices": ({"en": "Youyiguan", "zh": "友谊关"}, {"en": "Huu Nghi", "vi": "Hữu Nghị"}),
        "seals": ("S-77",),
        "items": (
            TransitItem(
                house_waybill="HWB-7K3M-Q9TX",
                goods={"en": "Drive chain 428H"},
                hs_code="7315119000",
                cartons=24,
                gross_g=444_000,
            ),
        ),
        "manifest_sha256": "ab" * 32,
        "regime": "GMS",
        "mrn": "26CN0001",
        "guarantee": "G-1",
    }
    return TransitSheet(**{**facts, **changes})


def insurance_certificate(**changes: Any) -> InsuranceCertificate:
    """Return the certificate of an insured line."""
    facts: dict[str, Any] = {
        "number": "CRT-7K3M-Q9TX.1",
        "order": "ORD-7K3M-Q9TX",
        "departure": "DEP-7K3M-Q9TX",
        "issued_on": date(2026, 12, 5),
        "insurer": CARRIER,
        "insured": BUYER,
        "policy": "DEMO-OC-1",
        "clauses": "A",
        "value_of": Money.of("10000.00", "CNY"),
        "uplift_percent": 110,
        "insured_value": Money.of("11000.00", "CNY"),
        "rate": "1.25",
        "premium": Money.of("50.00", "CNY"),
        "origin": HUB,
        "destination": HANOI,
        "conveyance": "DEP-7K3M-Q9TX",
        "goods": {"en": "Drive chain 428H"},
        "cartons": 24,
        "marks": (marks(),),
        "fictitious": "yes",
    }
    return InsuranceCertificate(**{**facts, **changes})
