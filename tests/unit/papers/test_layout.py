"""Texts are printed as they read, labels exist, and every kind is laid out in every pair of languages."""

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.money import Money
from marketplace.papers.layout import blocks, formats, labels, shared
from marketplace.papers.layout.sheet import LAYOUTS, sheet_of
from marketplace.papers.rules import carriage_terms
from marketplace.papers.rules import carton_labels as carton_label_rules
from marketplace.papers.rules.data import digest
from marketplace.papers.rules.documents import LOCALES, PaperKind, spoken
from tests.support.papers import (
    SELLER,
    account_statement,
    booth_labels,
    cargo_receipt,
    carton_labels,
    commercial_invoice,
    dangerous_goods_note,
    freight_contract,
    house_waybill,
    inspection_report,
    insurance_certificate,
    manifest,
    note,
    packing_list,
    pro_forma,
    sales_contract,
    seal_list,
    statement,
    transit_sheet,
)

PAPERS = {
    PaperKind.PRO_FORMA: pro_forma,
    PaperKind.SALES_CONTRACT: sales_contract,
    PaperKind.FREIGHT_CONTRACT: freight_contract,
    PaperKind.COMMERCIAL_INVOICE: commercial_invoice,
    PaperKind.PACKING_LIST: packing_list,
    PaperKind.CARTON_LABELS: carton_labels,
    PaperKind.MANIFEST: manifest,
    PaperKind.BOOTH_LABELS: booth_labels,
    PaperKind.CREDIT_NOTE: note,
    PaperKind.DEBIT_NOTE: note,
    PaperKind.COMMISSION_STATEMENT: statement,
    PaperKind.FREIGHT_STATEMENT: account_statement,
    PaperKind.ACCOUNT_STATEMENT: account_statement,
    PaperKind.INSPECTION_REPORT: inspection_report,
    PaperKind.HOUSE_WAYBILL: house_waybill,
    PaperKind.DANGEROUS_GOODS_NOTE: dangerous_goods_note,
    PaperKind.CARGO_RECEIPT: cargo_receipt,
    PaperKind.SEAL_LIST: seal_list,
    PaperKind.TRANSIT_SHEET: transit_sheet,
    PaperKind.INSURANCE_CERTIFICATE: insurance_certificate,
}


def sheet(kind, locales=("en", "zh"), **changes):
    paper = PAPERS[kind](**changes)
    data = paper.to_data()
    return sheet_of(
        kind=kind,
        number=paper.number,
        version=2,
        locales=locales,
        data=data,
        sha256=digest(data),
        issued_at=datetime(2026, 11, 24, tzinfo=UTC),
        site="City",
    )


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def test_every_kind_has_a_layout():
    assert set(LAYOUTS) == set(PaperKind) == set(PAPERS)


@pytest.mark.parametrize("kind", PaperKind)
@pytest.mark.parametrize("locales", [(one,) for one in LOCALES] + list(itertools.permutations(("en", "zh", "vi"), 2)))
def test_every_kind_is_laid_out_in_every_language(kind, locales):
    found = sheet(kind, locales)
    assert found["title"][0]["lang"] == spoken(locales)[0]
    assert found["version"][0]["text"] == "v2"


def test_one_figure_stands_in_one_notation():
    written = list(texts(sheet(PaperKind.PRO_FORMA, ("vi", "en"))))
    assert "14.814,00" in written
    assert "14,814.00" not in written


def test_who_holds_the_money_needs_no_account():
    kinds = [block["title"][0]["text"] for block in sheet(PaperKind.PRO_FORMA, payee=None)["blocks"][1:]]
    assert "Payee" not in kinds


def test_a_company_stands_with_its_address_tax_id_and_desk_or_says_that_it_gave_none():
    seller = replace(SELLER, tax_id="91500107MA5U0A1B2D", contact="Export desk")
    given = " ".join(texts(sheet(PaperKind.PRO_FORMA, seller=seller)))
    for fact in (SELLER.address, "Tax id", "91500107MA5U0A1B2D", "Export desk"):
        assert fact in given
    assert "address not given" not in given
    assert "address not given" in " ".join(texts(sheet(PaperKind.PRO_FORMA, seller=replace(SELLER, address=""))))
    # A paper of before these were printed is set as it was issued.
    data = PAPERS[PaperKind.PRO_FORMA]().to_data()
    for name in ("tax_id", "contact"):
        del data["seller"][name]
    assert shared.parties(blocks.Voice(("en",)), data, "seller")["parties"]


def test_a_packing_list_holds_no_price():
    paper = packing_list()
    assert not {"unit_price", "amount", "total"} & set(paper.to_data()["lines"][0])
    assert not [text for text in texts(sheet(PaperKind.PACKING_LIST)) if "12.345" in text]


def test_marks_stand_on_the_carton_in_one_language():
    blocks = sheet(PaperKind.PACKING_LIST, ("zh", "vi"))["blocks"]
    (marks,) = [block["labels"] for block in blocks if block["block"] == "marks"]
    assert [line.replace("\u200b", "") for line in marks[0]] == [
        "Công ty TNHH Thương mại Đắk Lắk",
        "ORD-7K3M-Q9TX / 1",
        "HANOI",
        "C/NO. 1–24",
        "21 OF 24 CARTONS HANDED OVER",
        "G.W. 18.500 KG   N.W. 17.020 KG   PER CARTON",
        "MADE IN CHINA",
        "HANDLE WITH CARE",
        "SSCC FIRST 104000000000000017",
        "SSCC LAST 104000000000000246",
    ]
    mark = packing_list().marks[0]
    whole = replace(mark, cartons=1, handed_cartons=None, labels=("104000000000000017",) * 2)
    written = list(texts(sheet(PaperKind.PACKING_LIST, marks=(whole,))))
    assert "SSCC 104000000000000017" in [line.replace("\u200b", "") for line in written]
    assert not [line for line in written if "HANDED OVER" in line]
    bare = sheet(PaperKind.PACKING_LIST, marks=(), units=())["blocks"]
    assert len(bare) == len(blocks) - 1


@pytest.mark.parametrize(
    ("quantity", "cartons", "carton_units", "shown"),
    [
        ("5000", "49", "103", "48 × 103 + 56"),
        ("4738", "46", "103", "103"),
        ("1", "1", "103", "103"),
        ("4738", "46", "100", "100"),
        ("4738", "46", None, ""),
    ],
)
def test_the_last_carton_may_hold_less(quantity, cartons, carton_units, shown):
    line = {"quantity": quantity, "cartons": cartons, "carton_units": carton_units}
    assert shared.per_carton(line, "en") == shown


def test_an_invoice_leads_to_what_its_payments_ask():
    written = " ".join(texts(sheet(PaperKind.COMMERCIAL_INVOICE, ("en",))))
    left = "Still to pay, short goods included until they are let off CNY 10,369.80"
    for said in ("Ordered CNY 14,814.00", "Short CNY 1,851.75", "Paid CNY 4,444.20", left):
        word, _, amount = said.partition(" CNY ")
        assert word in written
        assert amount in written
    whole = replace(commercial_invoice().settlement, short=Money.zero("CNY"))
    assert "Short" not in texts(sheet(PaperKind.COMMERCIAL_INVOICE, ("en",), settlement=whole))
    before = list(texts(sheet(PaperKind.COMMERCIAL_INVOICE, ("en",), settlement=None)))
    assert "Still to pay" not in before


def test_a_manifest_adds_up():
    written = list(texts(sheet(PaperKind.MANIFEST)))
    assert {"48", "888", "1.728"} <= set(written)


def test_labels_are_translated_for_the_languages_of_the_pages():
    missing = {
        (code, locale)
        for locale in ("zh", "vi")
        for code in labels.LABELS
        if labels.word(code, locale) == labels.LABELS[code]
    }
    same_by_nature = {("incoterms", "vi"), ("bic", "vi"), ("unit_KGM", "vi"), ("unit_MTK", "vi")}
    assert missing == same_by_nature
    assert labels.word("number", "th") == "No."


def test_dates_speak_no_language_that_the_labels_do_not():
    thai = sheet(PaperKind.SALES_CONTRACT, ("en", "th"))
    assert thai["lang"] == "en"
    assert {part["lang"] for row in thai["head"] for cell in row.values() for part in cell} == {"en"}
    assert sheet(PaperKind.PRO_FORMA, ("th", "zh"))["lang"] == "en"
    assert spoken(("th", "lo")) == ("en",)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_nothing_unseen_is_printed(text):
    printed = formats.shown(text)
    assert not {"\u202e", "\u2066", "\ufeff", "\x00", "\n"} & set(printed)
    long = [word for word in printed.replace("\u200b", " ").split() if word.isascii() and len(word) >= 18]
    assert all(re.fullmatch(r"[0-9A-Z./-]{18,40}", word) for word in long)  # numbers are copied whole


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.money({"amount": "1234.50", "currency": "CNY"}, "en"), "1,234.50\u00a0CNY"),
        (formats.money({"amount": "1234567", "currency": "VND"}, "vi"), "1.234.567\u00a0VND"),
        (formats.percent("3000", "en"), "30\u00a0%"),
        (formats.percent("1250", "en"), "12.5\u00a0%"),
        (formats.scaled("1600", 3, "en", shown_places=2), "1.60"),
        (formats.instant("2026-12-05T10:00:00Z", "Asia/Shanghai", "zh"), "2026年12月5日 18:00 (UTC+08)"),
        (formats.country("VN", "zh"), "越南"),
        (formats.country("ZZZ", "en"), "ZZZ"),
        (labels.unit("H87", "en"), "piece"),
        (labels.unit("XBX", "en"), "XBX"),
    ],
)
def test_values_in_a_language(written, expected):
    assert written == expected


@pytest.mark.parametrize("number", ["6222000000000000003", "91500000MA60DEMO1X", "VN12/3456-7890.1234567"])
def test_numbers_that_are_copied_carry_nothing_unseen(number):
    assert formats.shown(number) == number


def test_marks_are_the_same_text_on_every_paper_that_names_them():
    kinds = (PaperKind.PACKING_LIST, PaperKind.HOUSE_WAYBILL, PaperKind.DANGEROUS_GOODS_NOTE,
             PaperKind.INSURANCE_CERTIFICATE)  # fmt: skip
    found = [block for kind in kinds for block in sheet(kind)["blocks"] if block["block"] == "marks"]
    found += [
        block
        for block in sheet(PaperKind.COMMERCIAL_INVOICE, marks=packing_list().marks)["blocks"]
        if block["block"] == "marks"
    ]
    (listed, *others) = [block["labels"][0] for block in found]
    listed = [row for row in listed if "HANDED OVER" not in row]
    assert len(others) == 4
    assert all(rows == listed[: len(rows)] for rows in others)
    assert len({tuple(rows) for rows in others}) == 1
    labels, void = sheet(PaperKind.CARTON_LABELS)["blocks"]
    assert [one["marks"] for one in labels["sheets"]] == [others[0], others[0]]
    assert [one["number"] for one in labels["sheets"]] == ["C/NO. 1 / 24", "C/NO. 2 / 24"]
    assert void["text"][0]["text"].startswith("The goods were packed anew")


def test_labels_of_many_cartons_are_several_papers_and_those_of_fewer_are_void():
    facts = {"number": "LB-7K3M-Q9TX.1", "order": "ORD-7K3M-Q9TX", "marks": packing_list().marks[0]}
    found = carton_label_rules.papers(**facts, codes=[f"{place}" for place in range(1, 1001)])
    assert [(one.number, len(one.labels), one.labels[0].number) for one in found] == [
        ("LB-7K3M-Q9TX.1", 500, 1), ("LB-7K3M-Q9TX.1/2", 500, 501),
    ]  # fmt: skip
    fewer = carton_label_rules.papers(**facts, codes=["1"], before=2)
    assert [len(one.labels) for one in fewer] == [1, 0]


def test_a_waybill_without_danger_terms_or_cold_says_so():
    bare = {"danger": None, "temperature": None, "terms": None, "terms_version": None, "terms_sha256": None,
            "units": (), "wood_marks": (), "marks": ()}  # fmt: skip
    written = " ".join(texts(sheet(PaperKind.HOUSE_WAYBILL, ("en",), **bare)))
    assert "UN 3480" not in written
    assert "the terms of the CMR apply" in written
    assert "Carrier's terms and liability" not in written
    assert "not known yet" in " ".join(texts(sheet(PaperKind.TRANSIT_SHEET, ("en",), mrn=None, regime=None)))
    assert "Fictitious" not in " ".join(texts(sheet(PaperKind.INSURANCE_CERTIFICATE, ("en",), fictitious="no")))


def test_terms_of_carriers_are_the_same_wherever_they_are_read():
    for version in carriage_terms.VERSIONS:
        assert len(carriage_terms.digest(version)) == 64
        for clause in carriage_terms.clauses(version):
            assert all(clause.heading[locale] and clause.text[locale] for locale in carriage_terms.LOCALES)
    assert carriage_terms.accepted()["version"] == carriage_terms.LATEST
