"""The seal chain shows every change, wherever it is made."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.audit import rules
from marketplace.kernel.ids import new_id

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def chain(sizes: list[int], unsealed: int = 0) -> list[str]:
    """Write a chain of seals over so many rows each, as it would be exported."""
    lines: list[str] = []
    previous = rules.GENESIS
    for sequence, size in enumerate(sizes, start=1):
        rows = [content(index) for index in range(size)]
        pairs = [(row["id"], rules.digest(row)) for row in rows]
        lines += [row_line(row) for row in rows]
        at = rules.stamp(START + timedelta(seconds=30 * sequence))
        found = rules.seal_hash(sequence=sequence, at=at, previous=previous, rows=pairs)
        seal = {
            "sequence": sequence,
            "at": at,
            "count": size,
            "rows": [row["id"] for row in rows],
            "previous": previous,
            "hash": found,
        }
        lines.append(rules.canonical({"kind": "seal", "seal": seal}))
        previous = found
    return lines + [row_line(content(index)) for index in range(unsealed)]


def content(index: int) -> dict:
    return rules.row_content(
        id=new_id(),
        at=START + timedelta(microseconds=index),
        actor=new_id(),
        company=None,
        action="order.placed",
        subject="order",
        subject_id=new_id(),
        facts={"minor": index, "currency": "CNY"},
    )


def row_line(row: dict) -> str:
    return rules.canonical({"kind": "row", "row": row, "hash": rules.digest(row)})


sizes = st.lists(st.integers(1, 4), min_size=1, max_size=5)


@given(sizes, st.integers(0, 3))
def test_an_untouched_chain_verifies(sizes, unsealed):
    result = rules.verify_chain(chain(sizes, unsealed))
    assert result.ok
    assert (result.seals, result.rows, result.unsealed) == (len(sizes), sum(sizes) + unsealed, unsealed)


@given(sizes, st.data())
def test_any_changed_value_shows(sizes, data):
    lines = chain(sizes)
    place = data.draw(st.integers(0, len(lines) - 1))
    entry = json.loads(lines[place])
    part = entry["row"] if entry["kind"] == "row" else entry["seal"]
    name = data.draw(st.sampled_from(sorted(part.keys() - {"count"})))
    part[name] = {"minor": -1} if name == "facts" else f"{part[name]}x"
    lines[place] = rules.canonical(entry)
    assert not rules.verify_chain(lines).ok


@given(sizes, st.data())
def test_a_row_rewritten_with_a_fresh_hash_shows(sizes, data):
    lines = chain(sizes)
    places = [place for place, line in enumerate(lines) if json.loads(line)["kind"] == "row"]
    place = data.draw(st.sampled_from(places))
    row = json.loads(lines[place])["row"]
    row["facts"]["minor"] += 1
    lines[place] = row_line(row)
    assert {fault.code for fault in rules.verify_chain(lines).faults} == {"seal_broken"}


@given(sizes, st.data())
def test_a_removed_line_shows_or_is_the_last_seals(sizes, data):
    lines = chain(sizes)
    head = rules.verify_chain(lines).head
    place = data.draw(st.integers(0, len(lines) - 1))
    del lines[place]
    assert not rules.verify_chain(lines, head=head).ok


@given(sizes, st.data())
def test_an_added_or_repeated_row_shows(sizes, data):
    lines = chain(sizes)
    last_seal = len(lines) - 1
    added = data.draw(st.sampled_from([row_line(content(9)), lines[0]]))
    lines.insert(data.draw(st.integers(0, last_seal)), added)
    assert not rules.verify_chain(lines).ok


def test_a_chain_cut_off_at_its_end_shows_by_the_head_kept_elsewhere():
    lines = chain([2, 2])
    head = rules.verify_chain(lines).head
    assert rules.verify_chain(lines[:3]).ok
    assert [fault.code for fault in rules.verify_chain(lines[:3], head=head).faults] == ["head_missing"]


@pytest.mark.parametrize("line", ["", "[]", "7", "{", '{"kind":"else"}', '{"kind":"row"}', "[" * 100_000, "\ufffd"])
def test_an_unreadable_line_is_a_fault_not_a_crash(line):
    lines = [*chain([1]), line]
    assert [fault.code for fault in rules.verify_chain(lines).faults] == ["line_unreadable"]


def test_a_row_sealed_a_second_time_shows():
    lines = chain([1])
    seal = json.loads(lines[1])["seal"]
    again = {**seal, "sequence": 2, "previous": seal["hash"]}
    lines.append(rules.canonical({"kind": "seal", "seal": again}))
    assert "row_twice" in {fault.code for fault in rules.verify_chain(lines).faults}
    lines[2:] = [lines[0], lines[0]]
    assert {fault.code for fault in rules.verify_chain(lines).faults} == {"row_twice"}


def test_facts_may_be_nested():
    assert rules.plain({"before": {"state": "due"}}) == {"before": {"state": "due"}}
    with pytest.raises(ValueError, match="audit facts"):
        rules.plain({"before": {"a name": "due"}})


def test_facts_are_ids_codes_and_numbers():
    order = UUID(int=7)
    facts = {"id": order, "amount": Decimal("1.50"), "due": START, "states": ("draft", "live"), "ok": True, "no": None}
    assert rules.plain(facts) == {
        "id": str(order),
        "amount": "1.50",
        "due": "2026-03-01T08:00:00.000000Z",
        "states": ["draft", "live"],
        "ok": True,
        "no": None,
    }


@pytest.mark.parametrize("value", ["Nguyễn Văn A", "a@b.test", "two words", "x" * 129, 1.5, b"x", object(), "a\nb"])
def test_prose_addresses_and_floats_are_no_facts(value):
    with pytest.raises(ValueError, match="audit facts"):
        rules.plain({"reason": [value]})
