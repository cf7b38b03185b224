"""Files at the stand-in: sent in parts, told by their bytes, named in the evidence of a dispute."""

import io
from typing import Any

import pytest
import stripe

from marketplace.stripe_double.calls import API_VERSION
from marketplace.stripe_double.double import Double
from tests.support.stripe import CARD

PDF = b"%PDF-1.7 nothing but a page"
PNG = b"\x89PNG\r\n\x1a\n and so on"


def _file(content: bytes, name: str = "papers.pdf") -> io.BytesIO:
    sent = io.BytesIO(content)
    sent.name = name
    return sent


def _send(client: stripe.StripeClient, content: bytes = PDF, *, key: str = "", **more: Any) -> stripe.File:
    asked: Any = {"purpose": "dispute_evidence", "file": _file(content), **more}
    return client.v1.files.create(asked, {"idempotency_key": key} if key else {})


def test_a_file_is_taken_once_per_key(double: Double, client: stripe.StripeClient) -> None:
    first = _send(client, key="one")
    assert (first.filename, first.type, first.size, first.purpose) == (
        "papers.pdf",
        "pdf",
        len(PDF),
        "dispute_evidence",
    )
    assert _send(client, key="one").id == first.id
    with pytest.raises(stripe.IdempotencyError):
        _send(client, PNG, key="one")
    second = _send(client, PNG)
    assert second.type == "png"
    assert [one.id for one in client.v1.files.list({"purpose": "dispute_evidence"}).data] == [second.id, first.id]
    assert client.v1.files.retrieve(first.id).size == len(PDF)


@pytest.mark.parametrize(
    ("content", "more", "param"),
    [
        (b"GIF89a", {}, "file"),
        (PDF + bytes(5 * 1024 * 1024), {}, "file"),
        (PDF, {"purpose": "identity_document"}, "purpose"),
        (PDF, {"purpose": "holiday"}, "purpose"),
        (PDF, {"title": "x"}, "title"),
        (PDF, {"file": "just words"}, "file"),
    ],
)
def test_what_is_no_evidence_is_refused(client: stripe.StripeClient, content, more, param) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _send(client, content, **more)
    assert refused.value.param == param


def test_only_files_are_sent_in_parts_and_only_so(double: Double) -> None:
    headers = {"authorization": "Bearer sk_test_x", "stripe-version": API_VERSION}
    words = double.answer("POST", "/v1/files", headers, body="purpose=dispute_evidence&file=words")
    assert (words.status, words.body["error"]["param"]) == (400, "file")
    parts = {**headers, "content-type": "multipart/form-data; boundary=x"}
    assert double.answer("POST", "/v1/refunds", parts, body=b"--x--\r\n").status == 400
    assert double.answer("POST", "/v1/files", parts, body=b"--x--\r\n").body["error"]["param"] == "file"


def test_evidence_names_files_that_are_there(double: Double, client: stripe.StripeClient) -> None:
    paid = client.v1.payment_intents.create(CARD)  # type: ignore[arg-type]
    dispute = double.dispute(paid.id)["id"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.disputes.update(dispute, {"evidence": {"receipt": "file_unknown"}})
    assert (refused.value.param, refused.value.code) == ("evidence[receipt]", "resource_missing")
    heavy = [_send(client, PDF + bytes(3_000_000)).id for _ in range(2)]
    both: Any = dict(zip(("receipt", "shipping_documentation"), heavy, strict=True))
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.disputes.update(dispute, {"evidence": both})
    assert refused.value.param == "evidence"
    assert client.v1.disputes.retrieve(dispute).status == "needs_response"

    done = client.v1.disputes.update(dispute, {"evidence": {"receipt": heavy[0]}, "submit": True})

    assert (done.status, done.evidence.receipt) == ("under_review", heavy[0])
