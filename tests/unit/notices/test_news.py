"""What is news, how it is dated, and that every piece of it has a text in every language."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.notices.queries import Sender, renderer
from marketplace.notices.rules import TOLD, News, grouped, is_fresh, local
from marketplace.notices.services.writing import WRITERS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# How the addresses of pages begin in a language.
PREFIXES = {"en": "", "zh": "/zh", "vi": "/vi"}


def test_what_is_a_day_old_is_history():
    assert is_fresh(NOON, NOON + timedelta(days=1))
    assert not is_fresh(NOON, NOON + timedelta(days=1, seconds=1))


def test_instants_are_written_as_clocks_there_show_them():
    assert local(NOON, "Asia/Ho_Chi_Minh") == "2026-03-02 19:00 (UTC+07:00)"
    assert local(NOON, "Asia/Yangon") == "2026-03-02 18:30 (UTC+06:30)"


@pytest.mark.parametrize(
    ("amount", "language", "written"),
    [
        ("249000.00 THB", "en", "249,000.00 THB"),
        ("249000.00 THB", "zh_Hans", "249,000.00 THB"),
        ("249000.00 THB", "vi", "249.000,00 THB"),
        ("-1500 VND", "en", "-1,500 VND"),
        ("ORD-7K3M", "en", "ORD-7K3M"),
        ("150", "en", "150"),
    ],
)
def test_money_is_written_as_the_language_groups_it(amount, language, written):
    assert grouped(amount, language) == written


@pytest.mark.parametrize(("locale", "said"), [("en", "1,500 pcs of Clutch"), ("vi", "1.500 "), ("zh", "1,500 ")])
def test_a_wish_for_a_price_says_how_much_in_which_unit(locale, said):
    facts = {"buyer": "Hanoi Trading", "amount": "1500", "unit": "H87", "item": "Clutch", "until": "then", "path": "/x"}
    _subject, body = renderer(Sender("City", "https://city.test"))("price_asked", locale, facts)
    assert said in body
    _subject, before = renderer(Sender("City", "https://city.test"))(
        "price_asked", locale, {name: value for name, value in facts.items() if name != "unit"}
    )
    assert "Clutch" in before


def test_every_piece_of_news_has_a_reader_and_a_writer():
    assert TOLD.keys() == WRITERS.keys() == set(News)


@pytest.mark.parametrize("locale", ["en", "zh", "vi"])
@pytest.mark.parametrize("news", News)
def test_every_piece_of_news_has_a_text(news, locale):
    facts = {
        name: f"<{name}>"
        for name in (
            "is_buyer", "is_met", "reference", "amount", "buyer", "merchant", "until", "received", "orders", "lorry",
            "departs_at", "arrives_at", "order", "value", "act", "approve", "request_changes", "reject", "path",
            "sku", "kind", "is_hirer", "leaves", "is_payer", "company", "is_over", "is_waiver", "sells", "item",
            "first", "last", "goods", "whole",
            "is_goods", "level", "refuses", "delta", "rejected", "number", "binds_from", "currency", "starts_at",
            "is_return", "is_inquiry", "is_freight", "is_with_merchant", "frozen", "taken", "borne", "method",
            "taken_at", "returned_at", "day", "before", "is_named", "is_merchant", "cause", "is_fresh",
        )
    }  # fmt: skip
    facts |= {
        "amount": "1500",
        "state": "approved",
        "listings": 2,
        "quantity": 80,
        "place": "Hanoi DC",
        "side": "buyer",
        "reasons": [],
        "ends": [],
        "items": [],
        "more": 0,
        "names": {"en": "Sprocket"},
    }
    for reason in (
        "buyer",
        "merchant",
        "not_confirmed",
        "deposit_missing",
        "out_of_stock",
        "payment_failed",
        "late",
        "agreed",
    ):
        subject, body = renderer(Sender("City", "https://city.test"))(
            news.value,
            locale,
            facts | {"reason": reason},
        )
        assert 5 < len(subject) < 120
        assert f"https://city.test{PREFIXES[locale]}<path>" in body
        assert "%(" not in subject + body


def claim_letter(locale="en", **facts):
    known = {"reference": "CLM-1", "order": "ORD-1", "value": "9.00 CNY", "until": "", "path": "/x"}
    _subject, body = renderer(Sender("City", "https://city.test"))("claim_moved", locale, known | facts)
    return body


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"act": "settle", "remedy": "price"}, "The price falls by 1,500.00 CNY"),
        ({"act": "decide", "remedy": "refund", "note": "CN-7"}, "The credit note CN-7 is"),
        ({"act": "decide", "remedy": "refund", "by_carrier": True, "note": "DN-7"}, "The debit note DN-7 is"),
        ({"act": "decide", "remedy": "refund", "by_carrier": True}, "The carrier pays 1,500.00 CNY"),
        ({"act": "decide", "remedy": "", "amount": ""}, "The claim is decided. Nothing is given."),
        ({"act": "settle", "remedy": "disposal"}, "discarded or sold where they are, with 1,500.00 CNY"),
        ({"act": "perform", "remedy": "repair"}, "repaired, or parts are sent; if not in time, 1,500.00 CNY"),
        ({"act": "perform", "remedy": "return"}, "go back over the border; then 1,500.00 CNY"),
        ({"act": "perform", "remedy": "replacement", "lorry": "T-9"}, "They go by T-9, which departs soon."),
        ({"act": "perform", "remedy": "replacement"}, "Other goods come free of charge"),
        ({"act": "send", "remedy": "replacement", "lorry": "T-9"}, "was sent. They go by T-9"),
        ({"act": "confirm", "remedy": "return"}, "The goods went back: 1,500.00 CNY"),
        ({"act": "confirm", "remedy": "repair", "amount": ""}, "came and does"),
        ({"act": "fail", "remedy": "repair"}, "not all of it: 1,500.00 CNY"),
        ({"act": "withdraw", "remedy": "return", "amount": ""}, "it stays with its buyer"),
        ({"act": "withdraw", "remedy": "", "amount": ""}, "withdrawn or has fallen"),
    ],
)
def test_a_letter_about_a_claim_names_the_remedy(facts, said):
    whole = {"amount": "1500.00 CNY", "by_carrier": False, "note": "", "lorry": "", "departs_at": "soon"} | facts
    assert said in claim_letter(**whole)
    for locale in ("zh", "vi"):
        assert "None" not in claim_letter(locale, **whole)
    # Matters that came in before remedies were told are still read in the inbox.
    before = claim_letter(act=facts["act"])
    assert "https://city.test/x" in before
    assert "Nothing is given" not in before


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [
        ("payout", "due", "approved"),
        ("payout", "sent", "result"),
        ("card_return", "due", "refund"),
        ("payment", "overdue", "ask them"),
    ],
)
def test_treasury_reads_what_waits(kind, state, said):
    facts = {"reference": "OUT-1", "amount": "1.00 CNY", "until": "then", "path": "/x", "kind": kind, "state": state}
    _subject, body = renderer(Sender("City", "https://city.test"))("money_waits", "en", facts)
    assert said in body
    assert "then" in body
