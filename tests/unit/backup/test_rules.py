"""Names, manifests and the order of rows that name each other."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.backup import rules
from marketplace.backup.rules import AuditPart, FilesPart, KeyPart, Manifest, TablePart, Unusable

AT = datetime(2026, 11, 25, 14, 3, 12, tzinfo=UTC)
MANIFEST = Manifest(
    format=rules.FORMAT,
    made_at=AT,
    version="0.1.0",
    database="sqlite",
    revision="c63eae50a120",
    tables=(TablePart(name="person", columns=("id", "name"), rows=2, sha256="a" * 64),),
    files=FilesPart(count=1, bytes=10, sha256="b" * 64, missing=()),
    key=KeyPart(fingerprint=rules.fingerprint("key"), sha256=None),
    audit=AuditPart(seals=1, rows=2, head="c" * 64),
    breaches=(),
)


def test_a_backup_is_named_by_its_instant_and_no_name_is_given_twice():
    assert rules.name_of(AT) == "20261125T140312Z"
    assert rules.name_of(AT.astimezone(timezone(timedelta(hours=8)))) == "20261125T140312Z"
    assert rules.name_of(AT, taken=["20261125T140312Z"]) == "20261125T140312Z-2"
    assert rules.name_of(AT, taken=["20261125T140312Z", "20261125T140312Z-2"]) == "20261125T140312Z-3"
    assert rules.is_name("20261125T140312Z-2")
    assert not rules.is_name(".partial")


def test_names_stand_in_the_order_of_time():
    names = ["20261125T140312Z", *(f"20261125T140312Z-{number}" for number in range(2, 12)), "20261125T140313Z"]
    assert rules.in_time(reversed(names)) == names


def test_a_manifest_is_read_as_it_was_written():
    assert rules.read(rules.written(MANIFEST)) == MANIFEST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{}",
        "[" * 100_000,
        rules.written(MANIFEST).replace('"rows": 2', '"rows": 3', 1),
        rules.written(MANIFEST).replace("person", "persons"),
    ],
)
def test_a_manifest_that_was_changed_is_refused(text):
    with pytest.raises(Unusable, match="was changed"):
        rules.read(text)


def test_a_manifest_of_another_version_is_refused():
    with pytest.raises(Unusable, match="format 2"):
        rules.read(rules.written(MANIFEST.model_copy(update={"format": 2})))
    with pytest.raises(Unusable, match="does not know"):
        rules.read(rules.written(MANIFEST.model_copy(update={"revision": None})))


def test_only_what_is_whole_may_take_the_place_of_what_was_kept():
    assert rules.is_sound(MANIFEST)
    assert not rules.is_sound(MANIFEST.model_copy(update={"breaches": ["a ledger that does not balance"]}))


def test_a_fingerprint_tells_keys_apart_and_does_not_say_them():
    assert rules.fingerprint("key") == rules.fingerprint("key") != rules.fingerprint("kez")
    assert "key" not in rules.fingerprint("key")


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=30), st.randoms())
def test_every_row_stands_after_those_it_names(drawn, random):
    rows = [
        {"id": place, "up": up % place if up_is_set and place else None, "down": None}
        for place, (up, up_is_set) in enumerate(drawn)
    ]
    mixed = random.sample(rows, len(rows))
    found = list(rules.parents_first(mixed, key="id", parents=("up", "down")))
    assert sorted(row["id"] for row in found) == list(range(len(rows)))
    seen = set()
    for row in found:
        assert row["up"] is None or row["up"] in seen
        seen.add(row["id"])


def test_rows_in_a_circle_are_refused():
    with pytest.raises(Unusable, match="circle"):
        list(rules.parents_first([{"id": 1, "up": 2}, {"id": 2, "up": 1}], key="id", parents=("up",)))


def test_a_line_is_the_same_whatever_order_json_has():
    assert rules.line([1, [{"b": None, "a": "é"}]]) == r'[1,[{"a":"\u00e9","b":null}]]'
    assert rules.file_of("person") == "tables/person.jsonl.gz"
