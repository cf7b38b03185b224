"""Every field of every call, and every part of an address, with values that nobody sends who means well."""

from dataclasses import replace
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest

from tests.conftest import SOAK
from tests.functional.hostile.siege import Sample, Siege, report, with_value, without
from tests.functional.hostile.ways import WAYS

SEED = 20160428
STRANGE_IDS = (
    "0",
    "-1",
    "NaN",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff%fe",
    "%F0%9F%9A%9B",
    "<script>",
    "'; DROP",
    "x" * 9_000,
)


def test_fields_of_calls(siege: Siege) -> None:
    sample = Sample(SEED)
    turn = 0
    for operation, way in WAYS.items():
        if way.body is None:
            continue
        body = siege.body(operation)
        for where in siege.fields_of(operation):
            attacked = str(where[0])
            # Field by field: call by call one database would get half as many again as the other.
            if not siege.takes(f"{operation} {attacked}"):
                continue
            turn += 1
            # In a smoke of six fields one meets a text, one something that is none, and one is left out.
            values = [
                *(sample.texts(1) if SOAK or turn % 6 == 0 else ()),
                *(sample.things(1) if SOAK or turn % 6 == 2 else ()),
            ]
            for name, value in values:
                siege.call(operation, body=with_value(body, where, value), attacked=attacked, note=f"{where} {name}")
            if SOAK or turn % 6 == 4:
                siege.call(operation, body=without(body, where), attacked=attacked, note=f"{where} left out")
    assert siege.findings == {}, report(siege)


def test_queries_of_calls(siege: Siege) -> None:
    sample = Sample(SEED + 1)
    for operation in filter(siege.takes, sorted(siege.operations)):
        for parameter in siege.queries_of(operation):
            for name, value in sample.texts(2 if SOAK else 1):
                siege.call(operation, query="", query_string={parameter: value}, note=f"?{parameter} {name}")
    assert siege.findings == {}, report(siege)


def test_ids_in_addresses(siege: Siege) -> None:
    """What is no id, nobody's id and somebody else's id are answered alike."""
    for turn, operation in enumerate(filter(siege.takes, sorted(siege.operations))):
        way = siege.way(operation)
        for place in range(len(way.ids)):
            known = [siege.city.ids[name] for name in way.ids]
            # In a smoke each call meets two of them, and each of them many calls.
            for strange in STRANGE_IDS if SOAK else (STRANGE_IDS[turn % 10], STRANGE_IDS[(turn + 5) % 10]):
                ids = tuple(strange if number == place else each for number, each in enumerate(known))
                answer = siege.call(
                    operation, path=siege.path(operation, ids), body=_body(siege, operation), note=strange[:20]
                )
                assert answer.status_code in {404, 405, 414, 401}, (operation, strange, answer.text)
    assert siege.findings == {}, report(siege)


@pytest.mark.parametrize("stranger", ["rival", "thai"])
def test_ids_of_others(siege: Siege, stranger: str) -> None:
    """Somebody else's id is answered like one that nobody has, byte for byte."""
    for operation in sorted(siege.operations):
        way = siege.way(operation)
        if not way.ids or way.who in {"", stranger} or (operation, stranger) in SIDES:
            continue
        foreign = siege.call(operation, who=stranger, body=_body(siege, operation), note="foreign")
        unknown = tuple(str(uuid4()) for _ in way.ids)
        nobodys = siege.call(
            operation, who=stranger, path=siege.path(operation, unknown), body=_body(siege, operation), note="unknown"
        )
        if operation in SHARED:
            continue
        assert (foreign.status_code, foreign.data) == (nobodys.status_code, nobodys.data), operation
        assert foreign.status_code in {403, 404}, operation
    assert siege.findings == {}, report(siege)


# The other side of a thing knows it, too: the seller of what was ordered in a centre.
SIDES = {("GET /centre-sales/{}", "thai")} | {
    (f"{verb} /centre-sales/{{}}/{act}", "thai")
    for verb, act in (
        ("PUT", "broker"),
        ("POST", "release"),
        ("POST", "handover"),
        ("POST", "shortage"),
        ("POST", "delivery"),
    )
}
# Anybody who buys may put what is public into a cart, read a departure, come to an event, and speak of what is on sale.
SHARED = {
    "PUT /cart/lines/{}",
    "DELETE /cart/lines/{}",
    "POST /events/{}/registrations",
    "POST /listings/{}/price-requests",
    "GET /listings/{}/sample",
    "POST /listings/{}/sample-orders",
    "POST /listings/{}/questions",
    "POST /listings/{}/reports",
    "POST /departures/{}/whole-lorry",
}


def _body(siege: Siege, operation: str):
    return siege.body(operation) if siege.has_body(operation) else None


@pytest.mark.parametrize("typed", ["", "\a"])
def test_summaries_call_fields_as_the_forms_do(siege: Siege, typed: str) -> None:
    """Whatever a form refuses is called by a name that people read; the judge knows a raw one."""
    for form in siege.forms.values():
        if form.method == "post" and siege.takes(form.endpoint):
            filled = siege.filled(form) | dict.fromkeys(form.controls, typed)
            siege.send(form, filled, note=f"all {typed!r}")
            for name in sorted(form.controls if typed and siege.has_turn(form.endpoint) else ()):
                siege.send(form, siege.filled(form) | {name: typed}, note=name)
    raw = [finding for finding in siege.findings if "raw name" in finding]
    assert not raw, "\n".join(raw)


def test_choices_are_called_as_the_forms_call_them(siege: Siege) -> None:
    """Whatever choice is refused, the page names the others by the words of its form and never by their codes."""
    for form in siege.forms.values():
        for name in (
            sorted(form.choices.keys() & form.controls) if form.method == "post" and siege.takes(form.endpoint) else ()
        ):
            path = urlsplit(urljoin(form.page, form.action)).path
            chinese = replace(form, action=f"/zh{path}")
            siege.send(chinese, siege.filled(form) | {name: "nothing_of_the_kind"}, note=name)
    coded = [finding for finding in siege.findings if "inner code" in finding or "data-choices" in finding]
    assert not coded, "\n".join(coded)
