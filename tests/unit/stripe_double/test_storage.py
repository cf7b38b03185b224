"""The stand-in's file: connections are kept for the next transaction, and none crosses a fork."""

import sqlite3
import subprocess
import sys

import pytest

from marketplace.stripe_double import answers
from marketplace.stripe_double.storage import Storage

# Both sides of a fork write at once, as a gunicorn that loaded the application before it forked would.
FORKING = """
import os, sys, sqlite3
from pathlib import Path
from marketplace.stripe_double.storage import Storage

path = Path(sys.argv[1])
storage = Storage(path)
with storage.read() as transaction:
    assert transaction.all("thing") == []
assert storage._idle
child = os.fork()
assert not storage._idle, "a connection crossed the fork"
for number in range(100):
    with storage.write() as transaction:
        transaction.put({"id": f"{'parent' if child else 'child'}_{number}", "object": "thing"})
if not child:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
with storage.read() as transaction:
    assert len(transaction.all("thing")) == 200
assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
"""


@pytest.fixture
def opened(monkeypatch):
    """Count the connections that are opened."""
    made, connect = [], Storage._connect
    monkeypatch.setattr(Storage, "_connect", lambda self: made.append(connect(self)) or made[-1])
    return made


def test_the_next_transaction_takes_the_connection_of_the_one_before(tmp_path, opened):
    storage = Storage(tmp_path / "cards.sqlite3")
    with storage.write() as transaction:
        transaction.put({"id": "thing_1", "object": "thing"})
    with storage.read() as transaction:
        assert transaction.get("thing", "thing_1") == {"id": "thing_1", "object": "thing"}
    assert len(opened) == 1


def test_two_transactions_at_once_have_a_connection_each(tmp_path, opened):
    storage = Storage(tmp_path / "cards.sqlite3")
    with storage.read() as before, storage.write() as transaction:
        transaction.put({"id": "thing_1", "object": "thing"})
        assert before.all("thing") == []
    assert len(opened) == 2


def test_what_breaks_leaves_no_transaction_open(tmp_path):
    storage = Storage(tmp_path / "cards.sqlite3")
    with pytest.raises(TypeError), storage.write() as transaction:
        transaction.put({"id": "thing_1", "object": "thing", "body": object()})
    with pytest.raises(sqlite3.OperationalError), storage.read() as transaction:
        transaction.sql.execute("SELECT nothing FROM nowhere")
    with storage.write() as transaction:
        assert transaction.all("thing") == []


def test_closed_it_opens_anew_and_leaves_one_file(tmp_path):
    path = tmp_path / "cards.sqlite3"
    storage = Storage(path)
    with storage.write() as transaction:
        transaction.put({"id": "thing_1", "object": "thing"})
    storage.close()
    assert {each.name for each in tmp_path.iterdir()} == {path.name, f"{path.name}.lock"}
    with storage.read() as transaction:
        assert len(transaction.all("thing")) == 1


def test_no_connection_crosses_a_fork(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FORKING, tmp_path / "cards.sqlite3"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_new_key_costs_the_same_however_many_answers_are_kept(tmp_path):
    storage, steps = Storage(tmp_path / "double.sqlite3"), []

    def cost(key):
        steps.clear()
        assert answers.begin(storage, key, method="POST", path="/v1/refunds", body="amount=1") is None
        return len(steps)

    answers.begin(storage, "first", method="POST", path="/v1/refunds", body="amount=1")
    storage._idle[0].set_progress_handler(lambda: steps.append(1) or 0, 1)
    among_few = cost("second")
    for number in range(500):
        answers.begin(storage, f"key {number}", method="POST", path="/v1/refunds", body="amount=1")
    assert cost("last") < among_few + 50
