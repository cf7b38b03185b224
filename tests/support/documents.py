"""Documents of an order, and what they say as a PDF."""

import io

from pypdf import PdfReader

from marketplace.kernel.db import reading
from marketplace.worker.jobs import JOBS


def pdf_of(client, trader, document_id):
    reading().rollback()
    JOBS["render_document"]({"document": document_id})
    reading().rollback()
    answer = client.get(f"/api/v1/documents/{document_id}.pdf", headers=trader.headers)
    assert answer.status_code == 200, answer.text
    return (
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
        .replace("\u00a0", " ")
        .replace("\u200b", "")
    )


def documents(call, trader, kind):
    return call(trader, "GET", f"/documents?kind={kind}", expect=200)["items"]


def latest(way, trader, kind):
    return way.call(trader, "GET", f"/documents?kind={kind}", expect=200)["items"][0]


def papers(way, trader=None):
    return way.call(trader or way.market.merchant, "GET", f"/order-lines/{way.line_id}/papers", expect=200)
