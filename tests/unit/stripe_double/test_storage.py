"""The stand-in's file: a reader sees one snapshot, and what breaks leaves nothing open."""

import sqlite3

import pytest

from marketplace.stripe_double import answers
from marketplace.stripe_double.storage import Storage


def test_a_reader_does_not_see_what_is_written_meanwhile(tmp_path):
    storage = Storage(tmp_path / "cards.sqlite3")
    with storage.read() as before, storage.write() as transaction:
        transaction.put({"id": "thing_1", "object": "thing"})
        assert before.all("thing") == []


def test_what_breaks_leaves_no_transaction_open(tmp_path):
    storage = Storage(tmp_path / "cards.sqlite3")
    with pytest.raises(TypeError), storage.write() as transaction:
        transaction.put({"id": "thing_1", "object": "thing", "body": object()})
    with pytest.raises(sqlite3.OperationalError), storage.read() as transaction:
        transaction.sql.execute("SELECT nothing FROM nowhere")
    with storage.write() as transaction:
        assert transaction.all("thing") == []


def test_a_new_key_costs_the_same_however_many_answers_are_kept(tmp_path, monkeypatch):
    storage, steps, connect = Storage(tmp_path / "double.sqlite3"), [], Storage._connect

    def counted(self):
        connection = connect(self)
        connection.set_progress_handler(lambda: steps.append(1) or 0, 1)
        return connection

    def cost(key):
        steps.clear()
        assert answers.begin(storage, key, method="POST", path="/v1/refunds", body="amount=1") is None
        return len(steps)

    answers.begin(storage, "first", method="POST", path="/v1/refunds", body="amount=1")
    monkeypatch.setattr(Storage, "_connect", counted)
    among_few = cost("second")
    for number in range(500):
        answers.begin(storage, f"key {number}", method="POST", path="/v1/refunds", body="amount=1")
    assert cost("last") < among_few + 50
