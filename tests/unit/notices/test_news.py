"""What is news, how it is dated, and that every piece of it has a text in every language."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.notices.queries import Sender, renderer
from marketplace.notices.rules import TOLD, News, is_fresh, local
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
            "sku", "kind", "is_payer", "company", "is_over", "is_waiver", "sells", "item", "first", "last", "goods",
            "is_goods",
        )
    }  # fmt: skip
    facts |= {"state": "approved", "listings": 2, "reasons": [], "ends": [], "more": 0, "names": {"en": "Sprocket"}}
    for reason in ("buyer", "merchant", "not_confirmed", "deposit_missing", "out_of_stock", "payment_failed", "late"):
        subject, body = renderer(Sender("City", "https://city.test"))(
            news.value,
            locale,
            facts | {"reason": reason},
        )
        assert 5 < len(subject) < 120
        assert f"https://city.test{PREFIXES[locale]}<path>" in body
        assert "%(" not in subject + body


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
