"""Why money moved and between which accounts is said in words, on pages and on papers."""

import pytest

from marketplace.papers.layout import labels
from marketplace.payments.rules.ledger import AccountKind, TransferKind


@pytest.mark.parametrize(("macro", "codes"), [("kind_of", TransferKind), ("account_of", AccountKind)])
def test_pages_have_words_for_every_kind(app, macro, codes):
    with app.test_request_context():
        said = getattr(app.jinja_env.get_template("payments/_entries.html").make_module(), macro)
        assert [code.value for code in codes if "_" in said(code.value) or said(code.value) == code.value] == []


def test_papers_have_words_for_every_kind():
    assert [kind.value for kind in TransferKind if f"entry_{kind.value}" not in labels.LABELS] == []
