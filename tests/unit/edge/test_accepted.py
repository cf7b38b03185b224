"""What a rule accepts is said in the reader's language, and its values stay."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from marketplace import paths
from marketplace.edge import messages
from marketplace.edge.accepted import in_words
from marketplace.edge.written import written
from marketplace.files.rules import LIMITS
from marketplace.kernel.errors import FieldError
from marketplace.kernel.money import Money


@pytest.fixture
def chinese() -> Iterator[None]:
    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(paths.TRANSLATIONS)
    Babel(app)
    with app.test_request_context(), force_locale("zh_Hans"):
        yield


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("at most 200 characters", "最多 200 个字符"),
        ("1 to 365 days", "1 至 365 天"),
        ("0.001 to 30000 kg", "0.001 至 30,000 kg"),
        ("0.00 CNY to 999999.00 CNY", "0.00\u00a0CNY 至 999,999.00\u00a0CNY"),
        ("999999.00 CNY", "999,999.00\u00a0CNY"),
        ("1886 to 2027", "1886 至 2027"),
        ("a day such as 2026-11-25", "日期，例如 2026-11-25"),
        (
            "a day such as 2026-11-25, or an instant such as 2026-11-25T08:00:00Z",
            "日期，例如 2026-11-25，或时刻，例如 2026-11-25T08:00:00Z",
        ),
        ("480 or 960", "480 或 960"),
        ("at most 2 decimals in CNY", "CNY 最多 2 位小数"),
        ("more than 0, at most 12.50", "大于 0，最多 12.50"),
        ("2026-11-01 to 2026-11-25", "2026年11月1日 至 2026年11月25日"),
        ("JPG, PNG, WEBP up to 10 MB", "JPG, PNG, WEBP，最大 10 MB"),
    ],
)
def test_phrases_are_translated(accepted: str, said: str) -> None:
    assert in_words(accepted) == said


def test_values_are_written_as_the_reader_does() -> None:
    app = Flask(__name__)
    Babel(app)
    late = {"until": "2026-11-27", "at": "2026-11-27T08:00:00+00:00", "left": Money(1_234_50, "CNY"), "sku": "86123456"}
    with app.test_request_context(), force_locale("vi"):
        assert [written(value) for value in late.values()] == [
            "27 thg 11, 2026", "08:00 UTC+00, 27 thg 11, 2026", "1.234,50\u00a0CNY", "86123456",
        ]  # fmt: skip
        said = ("12.5", "9999", "10000", "2026-13-01", date(2026, 11, 27))
        assert [written(value, numbers=True) for value in said] == [
            "12,5", "9999", "10.000", "2026-13-01", "27 thg 11, 2026",
        ]  # fmt: skip
    with app.test_request_context("/api/v1/cart"):
        assert written("999999.00 CNY") == "999999.00 CNY"
    assert written("2026-11-27") == "2026-11-27"


def test_a_name_with_a_point_ends_a_sentence_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(messages.FIELD_TEXTS, "named", "Paid to %(name)s. Wait...")
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        said = messages.field_sentence(FieldError("payee", "named", "", {"name": "Chongqing Motor Co."}))
    assert said == "Paid to Chongqing Motor Co. Wait..."


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("accepted", ["", "CN, VN", "kg", "+86 138 0013 8000", "from here to there"])
def test_values_and_unknown_phrases_stay(accepted: str) -> None:
    assert in_words(accepted) == accepted


@pytest.mark.usefixtures("chinese")
def test_every_limit_of_files_is_known() -> None:
    assert [limit.accepted for limit in LIMITS.values() if in_words(limit.accepted) == limit.accepted] == []


@pytest.mark.usefixtures("chinese")
def test_a_sentence_takes_the_phrase_in() -> None:
    error = FieldError("title", "too_long", "at most 200 characters")

    assert messages.field_sentence(error) == "过长：最多 200 个字符。"


@pytest.mark.usefixtures("chinese")
def test_what_a_person_typed_is_never_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    error = FieldError("carton", "number", "a number such as 1234.50", {"text": "10 to 20"})
    monkeypatch.setitem(messages.FIELD_TEXTS, "number", "%(text)s: %(accepted)s")

    assert "10 to 20" in messages.field_sentence(error)
