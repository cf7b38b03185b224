"""The vocabulary is whole, signatures are Standard Webhooks', links and addresses end when they should."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.tracing.rules import hooks, links, signing
from marketplace.logistics.tracing.rules.vocabulary import BUSINESS_STEPS, REPORTED, business_step

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
# Of CBV 2.0 those that a lorry's way has.
STEPS = {
    *("accepting", "staging_outbound", "loading", "departing", "transporting", "arriving", "unloading"),
    *("receiving", "inspecting", "holding", ""),
}


def test_the_corridors_codes_are_whole_and_each_has_its_step():
    codes = [1, 2, 6, 7, 8, 9, 12, 13, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 28, 29, 31, 36, 37, 39, 44, 45]
    assert sorted(Status) == codes
    assert set(BUSINESS_STEPS) == set(Status)
    assert set(BUSINESS_STEPS.values()) == STEPS
    assert business_step(16) == "transporting"
    assert set(Status) - REPORTED == {Status.BOOKED, Status.BOOKING_CANCELLED}


# The example of the specification: github.com/standard-webhooks/standard-webhooks, libraries' common test vector.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR = {"message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "at": 1614265330, "body": b'{"test": 2432232314}'}
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def genuine(**changes):
    given = {
        "message_id": VECTOR["message_id"],
        "timestamp": str(VECTOR["at"]),
        "signatures": SIGNATURE,
        "body": VECTOR["body"],
        "now": datetime.fromtimestamp(VECTOR["at"], UTC),
    }
    return signing.is_genuine(SECRET, **given | changes)


def test_signatures_are_those_of_standard_webhooks():
    assert signing.sign(SECRET, **VECTOR) == SIGNATURE
    assert genuine()
    assert genuine(signatures=f"v1,bm90IHRoaXM= {SIGNATURE}")
    made = signing.secret_of(b"\1" * signing.KEY_BYTES)
    assert made.startswith("whsec_")
    assert signing.sign(made, **VECTOR) != SIGNATURE


@pytest.mark.parametrize(
    "changes",
    [
        {"body": b'{"test": 2432232315}'},
        {"message_id": "msg_other"},
        {"message_id": ""},
        {"message_id": "msg with blank"},
        {"message_id": "msg.with.stops"},
        {"message_id": "m" * 129},
        {"message_id": "m\u00e9"},
        {"timestamp": "1614265331"},
        {"timestamp": ""},
        {"timestamp": "-1614265330"},
        {"timestamp": "9" * 12},
        {"timestamp": "\u0661"},
        {"signatures": ""},
        {"signatures": "v1,\u00e9"},
        {"signatures": SIGNATURE.replace("v1", "v2")},
        {"now": datetime.fromtimestamp(VECTOR["at"], UTC) + timedelta(minutes=5, seconds=1)},
        {"now": datetime.fromtimestamp(VECTOR["at"], UTC) - timedelta(minutes=5, seconds=1)},
    ],
)
def test_what_is_altered_old_or_no_message_is_not_genuine(changes):
    assert not genuine(**changes)


@pytest.mark.parametrize(
    ("state", "delivered", "revoked", "shown"),
    [
        (BookingState.IN_TRANSIT, None, None, True),
        (BookingState.IN_TRANSIT, None, NOW, False),
        (BookingState.CANCELLED, None, None, False),
        (BookingState.COMPLETED, NOW - timedelta(days=29), None, True),
        (BookingState.COMPLETED, NOW - timedelta(days=30), None, False),
    ],
)
def test_a_link_shows_until_it_is_revoked_or_long_delivered(state, delivered, revoked, shown):
    assert links.is_shown(state=state, delivered_at=delivered, revoked_at=revoked, days=30, now=NOW) is shown


def test_a_delivery_is_tried_seven_times_and_an_address_for_half_a_day():
    waits = [hooks.wait_after(number) for number in range(1, 8)]
    assert waits[:-1] == list(hooks.WAITS)
    assert waits[-1] is None
    assert [hooks.is_taken(status) for status in (None, 199, 200, 299, 301, 500)] == [
        *(False, False, True, True, False, False)
    ]
    half = timedelta(hours=12)
    assert hooks.is_given_up(failures=7, failing_since=NOW - half, now=NOW)
    assert not hooks.is_given_up(failures=6, failing_since=NOW - half, now=NOW)
    assert not hooks.is_given_up(failures=70, failing_since=NOW - half + timedelta(seconds=1), now=NOW)


@pytest.mark.parametrize(
    ("url", "outside", "inside"),
    [
        ("https://example.com/hook?a=1", True, True),
        ("https://93.184.216.34/hook", True, True),
        ("https://127.0.0.1/hook", False, True),
        ("https://10.0.0.1/hook", False, True),
        ("https://[::1]/hook", False, True),
        ("http://example.com/", False, True),
        ("http://127.0.0.1:9000/", False, True),
        ("https://example.com:8443/", False, True),
        ("https://me:secret@example.com/", False, False),
        ("ftp://example.com/", False, False),
        ("https://", False, False),
        ("https://exa mple.com/", False, False),
        ("https://example.com\\@evil/", False, False),
        ("https://ex\u00e4mple.com/", False, False),
        ("https://example.com:99999/", False, False),
        ("https://example.com:0/", False, False),
        ("https://example.com/" + "a" * 500, False, False),
        ("", False, False),
    ],
)
def test_events_go_into_the_public_network_alone_unless_it_is_a_rehearsal(url, outside, inside):
    assert hooks.is_sendable(url, inside=False) is outside
    assert hooks.is_sendable(url, inside=True) is inside
