"""What a rule accepts is said in the reader's language, and its values stay."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from marketplace import paths
from marketplace.edge import messages
from marketplace.edge.accepted import in_words
from marketplace.files.rules import LIMITS
from marketplace.kernel.errors import FieldError


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
        ("0.001 to 30000 kg", "0.001 至 30000 kg"),
        ("480 or 960", "480 或 960"),
        ("at most 2 decimals in CNY", "CNY 最多 2 位小数"),
        ("more than 0, at most 12.50", "大于 0，最多 12.50"),
        ("2026-11-01 to 2026-11-25", "2026-11-01 至 2026-11-25"),
        ("JPG, PNG, WEBP up to 10 MB", "JPG, PNG, WEBP，最大 10 MB"),
    ],
)
def test_phrases_are_translated(accepted: str, said: str) -> None:
    assert in_words(accepted) == said


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
