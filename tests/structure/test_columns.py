"""Every column that a template or a list of ours has is called by a name that people read, in every language."""

import pytest
from flask import Flask
from flask_babel import force_locale

from marketplace.catalog.imports import price_list, template
from marketplace.catalog.rules import sheet_details, sheet_variants
from marketplace.catalog.rules.headers import DETAILS, LWH, NAMES, VARIANTS, is_column
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.edge.labels import label_of

NAMED = (
    *NAMES,
    *DETAILS,
    *VARIANTS,
    *(column.name for column in template._COLUMNS),
    *price_list._COLUMNS,
    *sheet_details.COLUMNS,
    *sheet_details.HOW,
    *sheet_variants.COLUMNS,
    *(f"{text}_{language}" for text in ("title", "description") for language in LANGUAGES),
    "price@500",
    "attribute@voltage",
)


def called(app: Flask, language: str) -> dict[str, str]:
    with app.test_request_context("/merchant/imports"), force_locale(language):
        return {name: label_of(name) for name in dict.fromkeys(NAMED)}


def test_every_column_of_a_sheet_has_a_name(shared_app: Flask) -> None:
    names = called(shared_app, "en")
    with shared_app.test_request_context("/"):
        unnamed = label_of("no_column_of_ours")
    assert "no_column_of_ours" in unnamed
    assert [name for name, text in names.items() if text == unnamed.replace("no_column_of_ours", name)] == []
    assert all(is_column(name) for name in names)
    assert LWH in names


@pytest.mark.parametrize("language", ["zh_Hans", "vi"])
def test_its_name_is_in_the_readers_language(shared_app: Flask, language: str) -> None:
    english, names = called(shared_app, "en"), called(shared_app, language)
    alike = {name for name, text in names.items() if text == english[name]}
    assert alike == set()


def test_what_no_column_is_has_no_columns_name(shared_app: Flask) -> None:
    with shared_app.test_request_context("/"):
        assert "colour_vi" in label_of("colour_vi")
        assert "carton_x" in label_of("carton_x")
