"""A long file is there whole or not at all, and goes on where it was cut off."""

import os

import pytest

from marketplace.kernel.lines import write


class Source:
    """Numbers up to ten by threes; falls over at one of them, and remembers from where it was asked."""

    def __init__(self, breaks_at=None):
        self.breaks_at, self.asked = breaks_at, []

    def __call__(self, cursor):
        self.asked.append(cursor)
        for first in range(cursor or 0, 10, 3):
            if first == self.breaks_at:
                raise KeyboardInterrupt
            behind = min(first + 3, 10)
            yield behind, [f"{number}\n" for number in range(first, behind)]


WHOLE = "number\n" + "".join(f"{number}\n" for number in range(10))


def cut_off(path, **name):
    with pytest.raises(KeyboardInterrupt):
        write(path, Source(6), **{"of": "numbers", "header": "number\n"} | name)


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "numbers.csv"
    cut_off(path)
    assert not path.exists()
    source = Source()
    assert write(path, source, of="numbers", header="number\n")
    assert source.asked == [6]
    assert path.read_text() == WHOLE
    assert [left.name for left in tmp_path.iterdir()] == ["numbers.csv"]


def test_what_was_written_behind_the_mark_is_written_again(tmp_path):
    path = tmp_path / "numbers.csv"
    cut_off(path)
    with (tmp_path / ".numbers.csv.partial").open("a") as file:
        file.write("half a li")
    write(path, Source(), of="numbers", header="number\n")
    assert path.read_text() == WHOLE


@pytest.mark.parametrize("name", [{"of": "letters"}, {"header": "other\n"}])
def test_another_file_is_begun_anew(tmp_path, name):
    path = tmp_path / "numbers.csv"
    cut_off(path, **name)
    source = Source()
    assert not write(path, source, of="numbers", header="number\n")
    assert (source.asked, path.read_text()) == ([None], WHOLE)


@pytest.mark.parametrize("mark", ["", "[]", '{"of": ["numbers", "number\\n"], "size": 10000, "cursor": 6}'])
def test_a_mark_that_does_not_fit_is_not_believed(tmp_path, mark):
    path = tmp_path / "numbers.csv"
    cut_off(path)
    (tmp_path / ".numbers.csv.mark").write_text(mark)
    assert not write(path, Source(), of="numbers", header="number\n")
    assert path.read_text() == WHOLE


def test_a_portion_without_a_cursor_is_not_resumed_behind(tmp_path):
    path, broken = tmp_path / "tail", [True]

    def portions(cursor):
        if cursor is None:
            yield 1, ["first\n"]
        yield None, ["tail\n"]
        if broken.pop():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(path, portions, of="tail")
    broken.append(False)
    assert write(path, portions, of="tail")
    assert path.read_text() == "first\ntail\n"


def test_nobody_but_its_owner_reads_a_file_not_even_while_it_grows(tmp_path):
    path, seen = tmp_path / "numbers.csv", {}

    def look(cursor):
        for portion in Source()(cursor):
            yield portion
            seen.update((left.name, left.stat().st_mode & 0o777) for left in tmp_path.iterdir())

    (tmp_path / ".numbers.csv.partial").touch(mode=0o644)
    before = os.umask(0)
    try:
        write(path, look, of="numbers")
    finally:
        os.umask(before)
    assert seen == {".numbers.csv.partial": 0o600, ".numbers.csv.mark": 0o600}
    assert path.stat().st_mode & 0o777 == 0o600
