"""What notes and statements say, read from their sheets."""

from datetime import date

from marketplace.kernel.money import Money
from marketplace.papers.rules.documents import PaperKind, serial_number
from marketplace.papers.rules.statement import StatementRow, condensed
from tests.support.papers import account_statement
from tests.unit.papers.test_layout import sheet, texts


def said(kind, **changes):
    return " | ".join(texts(sheet(kind, **changes)))


def test_a_credit_note_names_invoice_claim_and_the_buyers_number():
    words = said(PaperKind.CREDIT_NOTE)
    for part in ("CI-2026-00001", "CLM-7K3M-Q9TX", "PO-77", "120.50", "Goods damaged", "Not a tax invoice."):
        assert part in words


def test_a_note_before_any_invoice_refers_to_the_order():
    words = said(PaperKind.CREDIT_NOTE, invoices=())
    assert "not invoiced yet: see the order" in words
    assert "ORD-7K3M-Q9TX" in words


def test_a_debit_note_to_a_carrier_names_the_freight_contract_and_no_invoice():
    words = said(PaperKind.DEBIT_NOTE, freight_contract="FRT-7K3M-Q9TX", reason="compensation")
    assert "FRT-7K3M-Q9TX" in words
    assert "CI-2026-00001" not in words


def test_a_statement_says_that_no_value_added_tax_is_charged_or_nothing():
    assert "No value added tax is charged on this commission." in said(PaperKind.COMMISSION_STATEMENT)
    assert "No value added tax" not in said(PaperKind.COMMISSION_STATEMENT, no_vat="")


def test_an_interim_statement_says_so_and_an_unknown_entry_keeps_its_code():
    words = said(PaperKind.ACCOUNT_STATEMENT)
    assert "The period is not over" in words
    assert "set_off" in words
    assert "CN-2026-00001" in words


def test_numbers_of_notes_and_statements_are_series_of_their_own():
    kinds = (PaperKind.CREDIT_NOTE, PaperKind.DEBIT_NOTE, PaperKind.COMMISSION_STATEMENT)
    assert [serial_number(kind, year=2026, place=7) for kind in kinds] == [
        "CN-2026-00007",
        "DN-2026-00007",
        "CS-2026-00007",
    ]


def test_many_rows_are_told_order_by_order_and_add_up_all_the_same():
    (row,) = account_statement().rows
    other = StatementRow(on=date(2026, 11, 7), what="paid", reference="ORD-2", amounts=row.amounts, transfer="t")
    rows = (row, other, row, row)
    assert condensed(rows, most=4) == rows
    shown = condensed(rows, most=3)
    assert [one.reference for one in shown] == ["FRT-7K3M-Q9TX", "ORD-2"]
    assert [one.transfer for one in shown] == ["", "t"]
    assert shown[0].amounts == (Money.of("1500.00", "CNY"), Money.zero("CNY"))
