"""Bank statements as facts: what must add up, what is news, and how the three forms are read."""

import itertools
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused, TooLarge
from marketplace.payments import bank_files
from marketplace.payments.bank_files import mt940_text
from marketplace.payments.rules import statements as rules
from marketplace.payments.rules.statement_sheet import read_mapping, read_table
from marketplace.payments.rules.statements import (
    Known,
    Line,
    Span,
    Statement,
    amount_of,
    check_statement,
    first_opening,
    is_account,
    news,
    occurrence_keys,
    span_of,
)
from tests.support.bank import Booked, Day, camt053, mt940, table

TODAY = date(2026, 11, 25)
NUMBER = "6222000000000001"
LINES = (
    Booked(300_000, "PAY-7K3M-Q9TX deposit", "FT261125000001", "Hanoi Parts Co", "1903000111", "BFTVVNVX"),
    Booked(-5_000, "charges", "FT261125000002"),
    Booked(12_345, "no word of ours", "FT261125000003", "Someone"),
)
DAY = Day(TODAY, NUMBER, LINES, opening=100_000)
ACCOUNT = {"account": NUMBER, "currency": "CNY", "mapping": {}}


def read(content, **more):
    return bank_files.read(content, **{"currency": "CNY", "account": NUMBER, "mapping": {}, **more})


def refused(act, code):
    with pytest.raises(Refused) as caught:
        act()
    assert [error.code for error in caught.value.errors][:1] == [code], caught.value.errors
    return caught.value.errors


@pytest.mark.parametrize(
    "content",
    [
        camt053(DAY),
        camt053(DAY, version="02"),
        camt053(DAY, prefix="ns2"),
        mt940(DAY),
        b"{1:F01BKCHCNBJAXXX}{2:O940}{4:\r\n" + mt940(DAY).removesuffix(b"-\r\n") + b"-}\r\n",
        table(DAY),
    ],
    ids=["camt053", "camt053 version 2", "camt053 with a prefix", "mt940", "mt940 in its envelope", "csv"],
)
def test_the_three_forms_tell_the_same(content):
    (found,) = read(content)
    assert is_account(found.account, NUMBER, "CNY")
    assert (found.opening, found.closing, found.currency) == (100_000, 407_345, "CNY")
    assert (found.since, found.until) == (TODAY, TODAY)
    assert [(line.minor, line.booked_on, line.bank_reference) for line in found.lines] == [
        (line.minor, TODAY, line.reference) for line in LINES
    ]
    assert "PAY-7K3M-Q9TX" in found.lines[0].text
    check_statement(found, first=TODAY, last=TODAY)


def test_camt_names_the_payer_and_a_batch_stays_one_entry():
    (found,) = read(camt053(DAY))
    payer = found.lines[0]
    assert (payer.party_name, payer.party_account, payer.party_bic) == ("Hanoi Parts Co", "1903000111", "BFTVVNVX")
    batch = camt053(DAY).replace(
        b"</TxDtls></NtryDtls></Ntry>",
        b"</TxDtls><TxDtls><RmtInf><Strd><CdtrRefInf><Ref>RF18PAY9</Ref></CdtrRefInf></Strd></RmtInf><RtrInf/></TxDtls>"
        b"</NtryDtls></Ntry>",
    )
    (found,) = read(batch)
    assert len(found.lines) == 3
    assert "RF18PAY9" in found.lines[0].text
    assert found.lines[0].is_return


def test_camt_leaves_out_what_is_not_booked_and_reads_iban_period_and_times():
    text = camt053(DAY).decode()
    text = text.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Cd>PDNG</Cd></Sts>", 1)
    text = text.replace(f"<Othr><Id>{NUMBER}</Id></Othr>", "<IBAN>DE89370400440532013000</IBAN>", 1)
    text = text.replace("<Dt>2026-11-25</Dt></BookgDt>", "<DtTm>2026-11-25T09:00:00</DtTm></BookgDt>")
    text = text.replace("<Acct>", "<FrToDt><FrDtTm>2026-11-20T00:00:00</FrDtTm><ToDtTm>x</ToDtTm></FrToDt><Acct>", 1)
    (found,) = read(text.encode())
    assert (len(found.lines), found.account, found.since) == (2, "DE89370400440532013000", date(2026, 11, 20))
    (empty,) = read(camt053(Day(TODAY, NUMBER, (), opening=5)))
    assert (empty.lines, empty.since, empty.closing) == ((), TODAY, 5)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><Document>&a;</Document>", "statement_xml"),
        (b"<?xml version='1.0'?><!DOCTYPE x SYSTEM 'file:///etc/passwd'><Document/>", "statement_xml"),
        (b"<Document>", "statement_xml"),
        (b"<?xml version='1.0' encoding='no-such'?><Document/>", "statement_xml"),
        (b"<Document/>", "statement_file"),
        (camt053(DAY).replace(b'Ccy="CNY">3000', b'Ccy="USD">3000'), "statement_currency"),
        (camt053(DAY).replace(b"CNY", b"XAU"), "statement_money"),
        (camt053(DAY).replace(b">3000.00<", b">3000.001<"), "statement_number"),
        (camt053(DAY).replace(b"<Dt>2026-11-25</Dt></BookgDt>", b"<Dt>25.11.2026</Dt></BookgDt>"), "statement_date"),
        (mt940(DAY).replace(b":61:2611251125C", b":61:garbage"), "statement_mt940"),
        (mt940(DAY).replace(b"CNY", b"XAU"), "statement_money"),
        (mt940(DAY).replace(b"no word", b"no\x00word"), "statement_mt940"),
        (mt940(DAY).replace(b"C261125", b"C269925"), "statement_mt940"),
        (b'"day,amount\n1,2', "csv_broken"),
        (b"\x00\x01", "csv_encoding"),
        (b"\xff\xd8\xff\xe0 a photo", "statement_file"),
        (b"hello", "statement_header"),
        (b"day,amount," + b"a" * 201 + b"\n", "statement_empty"),
        (b"day,amount\n", "statement_empty"),
        (b"day,amount\n" + b"2026-11-25,1\n" * 2_200, "statement_rows"),
        (b"day,amount,currency\n2026-11-25,1,USD\n", "statement_currency"),
        (b"day,amount\n03/04/2026,1\n", "statement_date"),
        (b"day,amount\n2026-02-30,1\n", "statement_date"),
        (b"day,amount\n2026-11-25,a lot\n", "statement_number"),
    ],
)
def test_what_cannot_be_read_is_refused(content, code):
    refused(lambda: read(content), code)


def test_a_file_is_bounded():
    with pytest.raises(TooLarge):
        read(b"a" * (bank_files.LARGEST + 1))


def test_all_statements_of_a_file_together_are_bounded():
    half = Day(TODAY, NUMBER, (Booked(100),) * 1_001)
    for write in (camt053, mt940):
        assert len(read(write(half))[0].lines) == 1_001
        refused(lambda write=write: read(write(half, half)), "statement_rows")
        refused(lambda write=write: read(write(*[Day(TODAY, NUMBER, ())] * 101)), "statement_many")


def test_a_file_of_one_letter_over_and_over_is_looked_at_once():
    for letter in (b"\n", b" ", b"\r", b"{", b"{}", b"4:"):
        assert not mt940_text.is_mt940(letter * 4_000)
    for letter in "([（【)":
        refused(lambda letter=letter: read_table([[letter * 200_000] * 30], **ACCOUNT), "statement_header")
        refused(lambda letter=letter: read_table([[letter * 200] * 200] * 30, **ACCOUNT), "statement_header")
    refused(lambda: read_table([[""] * 300_000] * 30, **ACCOUNT), "statement_header")


@pytest.mark.parametrize(
    ("told", "currency", "minor"),
    [
        ("100.000", "CNY", 10_000),
        ("1000.000", "CNY", 100_000),
        ("1.23000", "CNY", 123),
        ("3000.", "CNY", 300_000),
        ("1000.000", "VND", 1_000),
        ("1.234", "CNY", None),
        ("1.234", "VND", None),
        ("1,000.00", "CNY", None),
        ("1.000.000", "VND", None),
        ("1e3", "CNY", None),
        ("-1", "CNY", None),
    ],
)
def test_camt_marks_decimals_with_a_point_and_groups_nothing(told, currency, minor):
    day = Day(TODAY, NUMBER, (Booked(4_711),), currency=currency)
    content = camt053(day).replace(f"{day.figure(4_711)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts".encode(), b"@")
    content = content.replace(b"@", f"{told}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts".encode())
    if minor is None:
        refused(lambda: read(content), "statement_number")
    else:
        assert read(content)[0].lines[0].minor == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,234.50", "CNY", 123_450),
        ("1.234,5", "CNY", 123_450),
        ("-1 234.50", "CNY", -123_450),
        ("(20)", "CNY", -2_000),
        ("1.234", "VND", 1_234),
        ("1,234,567", "VND", 1_234_567),
        ("12.00", "VND", 12),
        ("12.50", "VND", None),
        ("1,23,4", "CNY", None),
        ("9" * 15 + ".00", "CNY", int("9" * 15) * 100),
        ("1,000,000,000,000,000,000", "CNY", None),
        ("", "CNY", None),
    ],
)
def test_an_amount_is_read_as_banks_write_it(text, currency, minor):
    assert amount_of(text, currency) == minor


def test_a_table_is_read_by_its_headers_or_by_a_mapping():
    rows = [
        ["Bank of X"],
        ["Booked", "In", "Out", "Word"],
        ["25.11.2026", "10.00", "", "a"],
        ["26.11.2026", "", "-4", "b"],
    ]
    mapping = read_mapping({"day": "Booked", "credit": "In", "debit": "Out", "text": "Word"})
    (found,) = read_table(rows, account=NUMBER, currency="CNY", mapping=mapping, opening=500)
    assert [line.minor for line in found.lines] == [1_000, -400]
    assert (found.opening, found.closing, found.until) == (500, 1_100, date(2026, 11, 26))
    (found,) = read_table(
        [["Date", "Amount"], ["13/11/2026", "1"], ["03/11/2026", "-"]], account="", currency="CNY", mapping={}
    )
    assert (found.lines[0].booked_on, len(found.lines), found.opening) == (date(2026, 11, 13), 1, None)
    (found,) = read_table(
        [["Date", "Amount"], ["11/13/2026", "1"], ["2026年11月25日", "2"]], account="", currency="CNY", mapping={}
    )
    assert [line.booked_on.day for line in found.lines] == [13, 25]
    for wrong in ([], {"nothing": "x"}, {"day": 1}, {"day": ""}):
        refused(lambda wrong=wrong: read_mapping(wrong), "mapping")
    refused(lambda: read_table(rows, account="", currency="CNY", mapping={"day": "Elsewhere"}), "statement_header")


def test_balances_run_either_way_and_one_that_does_not_add_up_is_refused_by_its_row():
    up = [["date", "amount", "balance"], ["2026-11-24", "5", "15"], ["2026-11-25", "-3", "12"]]
    down = [up[0], up[2], up[1]]
    for rows in (up, down):
        (found,) = read_table(rows, account="", currency="CNY", mapping={})
        assert (found.opening, found.closing) == (1_000, 1_200)
    mixed = [up[0], ["2026-11-25", "1", "12"], ["2026-11-25", "1", "13"], ["2026-11-24", "2", "11"]]
    (found,) = read_table(mixed, account="", currency="CNY", mapping={})
    assert (found.opening, found.closing) == (900, 1_300)
    (found,) = read_table([up[0], up[1], ["2026-11-25", "-3", ""]], account="", currency="CNY", mapping={})
    assert (found.opening, found.closing) == (None, None)
    wrong = [up[0], up[1], up[2], ["2026-11-26", "4", "99"]]
    (error,) = refused(lambda: read_table(wrong, account="", currency="CNY", mapping={}), "statement_balance")
    assert error.facts == {"row": 4, "sum": "16.00 CNY"}


def statement(*lines, **more):
    days = [line.booked_on for line in lines] or [TODAY]
    return Statement(NUMBER, "CNY", lines, **{"since": min(days), "until": max(days), **more})


def test_a_statement_that_does_not_add_up_is_refused():
    line = Line(1, 100, TODAY)
    check_statement(statement(line, opening=0, closing=100), first=TODAY, last=TODAY)
    check_statement(statement(line), first=TODAY, last=TODAY)
    refused(lambda: check_statement(statement(line, opening=0, closing=99), first=TODAY, last=TODAY), "statement_sum")
    errors = refused(
        lambda: check_statement(statement(Line(7, 0, date.min)), first=TODAY, last=TODAY), "statement_amount"
    )
    assert [(error.code, error.facts["row"]) for error in errors] == [("statement_amount", 7), ("statement_day", 7)]
    many = statement(*[line] * (rules.MOST_ENTRIES + 1))
    refused(lambda: check_statement(many, first=TODAY, last=TODAY), "statement_rows")


@pytest.mark.parametrize(
    ("written", "is_ours"),
    [
        (NUMBER, True),
        (f"BKCHCNBJ/{NUMBER}", True),
        (f"{NUMBER}CNY", True),
        (f"{NUMBER} CNY", True),
        ("1", False),
        ("", False),
    ],
)
def test_an_account_is_known_as_banks_write_it(written, is_ours):
    assert is_account(written, NUMBER, "CNY") is is_ours


def test_the_first_opening_is_of_the_one_that_follows_none():
    def span(day, opening, closing, until=None):
        return Span(date(2026, 11, day), date(2026, 11, until or day), opening, closing, "")

    assert first_opening([]) == 0
    assert first_opening([span(2, 7, 8), span(1, 5, 7), span(1, 3, 5)]) == 3
    assert first_opening([span(1, 5, 5), span(1, 5, 5)]) == 5


def test_references_tell_entries_and_are_cut_by_mt940():
    known = [Known(100, TODAY - timedelta(days=1), "FT261125000000123456", Span(TODAY, TODAY, None, None, ""))]
    told = statement(Line(1, 100, TODAY, "ft 2611 2500 0000 12"), Line(2, 100, TODAY, "FT9"), Line(3, 100, TODAY))
    assert [line.row for line in news(told, known)] == [2, 3]
    # Without a reference on either side day and amount tell, as often as they stand there.
    known = [Known(100, TODAY, "FT1", Span(TODAY, TODAY, None, None, ""))]
    assert [line.row for line in news(statement(Line(1, 100, TODAY), Line(2, 100, TODAY)), known)] == [2]
    far = statement(Line(1, 100, TODAY + timedelta(days=60), "FT1"))
    assert len(news(far, known)) == 1


def window(moves, start, end, *, named=False):
    """Return a table without a number: these of the moves of one day, with the balances around them."""
    lines = [Line(row, minor, TODAY, f"FT{row}" if named else "") for row, minor in enumerate(moves)][start:end]
    return statement(*lines, opening=sum(moves[:start]), closing=sum(moves[:end]))


def test_tables_without_a_number_that_join_on_to_each_other_share_no_entry():
    for moves in ([100, 100, 100], [-100, -100, -100], [100_000, -5_000, 100_000, 100_000, -5_000]):
        size = len(moves)
        parts = [window(moves, start, start + 1) for start in range(size)]
        assert [line.row for line in imported(parts)] == list(range(size))
        assert sorted(line.row for line in imported(parts[::-1])) == list(range(size))
        # All of the day, told once more, is no news.
        assert len(imported([*parts, window(moves, 0, size)])) == size
    # An account that is emptied every evening: the balances join, and the entries are the same.
    swept = [100, -100, 50]
    assert len(imported([window(swept, 0, 2), window(swept, 0, 3)])) == 3
    # Balances that nobody can follow tell nothing.
    many = [3**at for at in range(16)]
    assert len(imported([window([*many, 1], 0, 16), window([*many, 1], 16, 17)])) == 16
    partly = window([1, 2, 3], 0, 2)
    assert len(imported([window([1, 2, 3], 0, 1), partly, window([1, 2, 3], 2, 3)])) == 3


@settings(deadline=None)
@given(
    st.lists(st.integers(-3, 3).filter(bool), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=5),
)
def test_tables_without_a_number_bring_no_entry_twice(moves, cuts):
    parts = [window(moves, *sorted(min(cut, len(moves)) for cut in pair)) for pair in cuts]
    assert Counter(line.minor for line in imported(parts)) <= Counter(moves)


AMOUNTS = st.integers(-3, 3).filter(bool)
BOOKS = st.lists(st.tuples(st.integers(0, 4), AMOUNTS, st.booleans()), min_size=1, max_size=14)


def imported(parts):
    """Import statements one after another; return what was kept, each with its key."""
    known, keys, kept, told = [], [], [], set()
    for part in parts:
        if part.digest in told:
            continue
        told.add(part.digest)
        fresh = news(part, known)
        made = occurrence_keys(fresh, keys)
        keys += made
        known += [Known(line.minor, line.booked_on, line.bank_reference, span_of(part)) for line in fresh]
        kept += fresh
    assert len(set(keys)) == len(keys)
    return kept


@settings(deadline=None)
@given(BOOKS, st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6))
def test_days_in_any_overlap_import_each_entry_once(books, windows):
    books = sorted(books, key=lambda each: each[0])
    lines = [
        Line(row, minor, TODAY + timedelta(days=day), f"FT{row}" if named else "")
        for row, (day, minor, named) in enumerate(books, 1)
    ]
    asked = [*(sorted(window) for window in windows), [0, 4]]
    parts = []
    for first, last in asked:
        found = [
            line for line in lines if TODAY + timedelta(days=first) <= line.booked_on <= TODAY + timedelta(days=last)
        ]
        parts.append(statement(*found))
    kept = imported(parts)
    assert sorted(line.row for line in kept) == [line.row for line in lines]
    assert sum(line.minor for line in kept) == sum(line.minor for line in lines)


@settings(deadline=None)
@given(st.lists(st.tuples(AMOUNTS, st.booleans()), min_size=1, max_size=14), st.sets(st.integers(1, 13)), st.data())
def test_numbered_statements_of_one_day_import_each_entry_once(moves, cuts, data):
    lines = [Line(row, minor, TODAY, f"FT{row}" if named else "") for row, (minor, named) in enumerate(moves, 1)]
    edges, balance, parts = [0, *sorted(cut for cut in cuts if cut < len(lines)), len(lines)], 0, []
    for number, (start, end) in enumerate(itertools.pairwise(edges), 1):
        found = lines[start:end]
        after = balance + sum(line.minor for line in found)
        parts.append(statement(*found, number=str(number), opening=balance, closing=after))
        balance = after
    # Two that begin and end alike on one day may be one under two numbers: only references tell those apart.
    figures = {(part.opening, part.closing) for part in parts}
    assume(len(figures) == len(parts) and all(opening != closing for opening, closing in figures))
    kept = imported([*parts, *data.draw(st.permutations(parts))])
    assert sorted(line.row for line in kept) == [line.row for line in lines]
