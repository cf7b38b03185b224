"""The embedded index: one writer at a time, old or new after a kill, a new generation seen by all."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from uuid import UUID

import pytest

from marketplace import paths
from marketplace.kernel.ids import new_id
from marketplace.search.index import IndexBroken
from marketplace.search.rules.documents import document
from marketplace.search.rules.tokens import terms_of
from marketplace.search.whoosh_index import WhooshIndex


def made(number, word="chain"):
    return document(UUID(int=number), titles=[f"{word} number{number}"], texts=["steel 钢 火龙果"], hs_code="731511")


def found(index, query, limit=5_000):
    return {hit.listing_id.int for hit in index.find(terms_of(query), limit=limit).hits}


@pytest.fixture
def index(tmp_path):
    index = WhooshIndex(tmp_path / "search")
    index.rebuild([made(1), made(2)])
    return index


def test_put_replace_and_drop(index):
    assert found(index, "chain") == {1, 2}
    index.apply(put=[made(3), made(2, "rope")], drop=[UUID(int=1)])
    assert found(index, "chain") == {3}
    assert found(index, "rope") == {2}
    assert index.health().documents == 2
    index.apply(put=[], drop=[new_id()])
    assert index.health().documents == 2


def test_titles_count_more_than_texts(index):
    titled = document(UUID(int=9), titles=["steel"], texts=[], hs_code="731511")
    index.apply(put=[titled], drop=[])
    assert index.find(terms_of("steel"), limit=10).hits[0].listing_id == UUID(int=9)
    assert len(index.find(terms_of("steel"), limit=2).hits) == 2
    assert index.find((), limit=2).hits == ()


def test_every_reader_sees_the_new_generation(index):
    other = WhooshIndex(index.folder)
    assert found(other, "chain") == {1, 2}
    index.apply(put=[made(3)], drop=[UUID(int=1)])
    assert found(other, "chain") == {2, 3}
    index.rebuild([made(7)])
    assert found(other, "chain") == {7}


def test_a_failing_source_leaves_the_index_as_it_was(index):
    def failing():
        yield made(8)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        index.rebuild(failing())
    assert found(index, "chain") == {1, 2}
    assert len([path for path in index.folder.iterdir() if path.is_dir()]) == 1


def test_an_index_that_is_not_there_is_broken_not_empty(tmp_path):
    index = WhooshIndex(tmp_path / "search")
    assert not index.health().is_readable
    with pytest.raises(IndexBroken):
        index.find(terms_of("chain"), limit=1)
    with pytest.raises(IndexBroken):
        index.apply(put=[made(1)], drop=[])
    assert index.rebuild([]) == 0
    assert index.health().is_readable


def _write(folder, first):
    index = WhooshIndex(folder)
    for number in range(first, first + 8):
        index.apply(put=[made(number)], drop=[])


def test_two_writing_processes_and_a_reading_one_take_turns(index):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(index.folder, first)) for first in (100, 200)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert {1, 2} <= found(index, "chain")
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert found(index, "chain") == {1, 2, *range(100, 108), *range(200, 208)}


def test_threads_search_while_another_writes(index):
    failures = []

    def read():
        while not over.is_set():
            try:
                assert {1, 2} <= found(index, "chain")
            except BaseException as error:  # noqa: BLE001  noted for the test
                failures.append(error)
                return

    over = threading.Event()
    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(10, 22):
        index.apply(put=[made(number)], drop=[UUID(int=number - 1)] if number > 10 else [])
    over.set()
    for reader in readers:
        reader.join()
    assert failures == []


_ENDLESS_WRITER = """
import sys
from pathlib import Path
from uuid import UUID
from marketplace.search.rules.documents import document
from marketplace.search.whoosh_index import WhooshIndex
index = WhooshIndex(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    ids = [UUID(int=number), UUID(int=number + 1)]
    pair = [document(each, titles=["chain"], texts=["x " * 200], hs_code="7315") for each in ids]
    index.apply(put=pair, drop=[])
    print(number, flush=True)
    number += 2
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(index):
    acknowledged = set()
    for round_ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", _ENDLESS_WRITER, str(index.folder), str(1_000 * (round_ + 1))],
            stdout=subprocess.PIPE,
            text=True,
            cwd=paths.ROOT,
        )
        assert writer.stdout is not None
        for _ in range(2):
            number = int(writer.stdout.readline())
            acknowledged |= {number, number + 1}
        time.sleep(0.01 * round_)
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged |= {int(line) + more for line in writer.stdout.read().split() for more in (0, 1)}
        writer.wait()
        writer.stdout.close()
        present = found(index, "chain")
        assert acknowledged <= present
        assert all((number ^ 1) in present for number in present if number >= 1_000)  # pairs are whole
    index.apply(put=[made(5)], drop=[])
    assert 5 in found(index, "chain")
