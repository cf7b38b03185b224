"""Connected accounts against the real library: set up, paid by transfer, reversed, paid out to their banks."""

from typing import Any

import pytest
import stripe

from marketplace.stripe_double.double import Double
from marketplace.stripe_double.pages import create_pages
from marketplace.stripe_double.resources import accounts
from tests.support.stripe import CARD

DAY = 24 * 3600
ACCOUNT: dict[str, Any] = {
    "country": "SG",
    "capabilities": {"transfers": {"requested": True}},
    "controller": {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "stripe_dashboard": {"type": "express"},
    },
    "settings": {"payouts": {"schedule": {"interval": "manual"}}},
}


def merchant(double: Double, client: stripe.StripeClient, bank: str = "ok", **other: Any) -> stripe.Account:
    made = client.v1.accounts.create({**ACCOUNT, **other})
    double.act(lambda call: accounts.set_up(call, made.id, bank=bank))
    return client.v1.accounts.retrieve(made.id)


def charged(client: stripe.StripeClient, amount: int = 10_000, **other: Any) -> str:
    return str(client.v1.payment_intents.create({**CARD, "amount": amount, **other}).latest_charge)  # type: ignore[arg-type]


def refused(call: Any) -> tuple[str | None, str | None]:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    return caught.value.code, caught.value.param


def test_an_account_is_set_up_on_its_page(double: Double, client: stripe.StripeClient, later: Any) -> None:
    made = client.v1.accounts.create(ACCOUNT)  # type: ignore[arg-type]
    assert (made.details_submitted, made.payouts_enabled, made.capabilities["transfers"]) == (False, False, "inactive")  # type: ignore[index]
    asked: Any = {"account": made.id, "type": "account_onboarding", "return_url": "http://shop/back"}
    assert refused(lambda: client.v1.account_links.create(asked)) == ("parameter_missing", "refresh_url")
    link = client.v1.account_links.create({**asked, "refresh_url": "http://shop/again"})
    pages, path = create_pages(double).test_client(), link.url.removeprefix("http://127.0.0.1:9/demo")
    assert pages.get("/connect/acct_none/x").status_code == pages.get(f"{path}x").status_code == 404
    assert b"Test bank that takes payouts" in pages.get(path).data
    assert pages.post(path, data={"act": "later"}).location == "http://shop/back"
    assert not client.v1.accounts.retrieve(made.id).details_submitted
    later(400)
    assert pages.get(path).location == "http://shop/again"
    fresh = client.v1.account_links.create({**asked, "refresh_url": "http://shop/again"}).url
    path = fresh.removeprefix("http://127.0.0.1:9/demo")
    assert pages.post(path, data={"act": "confirm", "bank": "ok"}).location == "http://shop/back"
    assert pages.get(path).status_code == 404  # once
    account = client.v1.accounts.retrieve(made.id)
    assert account.payouts_enabled
    assert account.capabilities["transfers"] == "active"  # type: ignore[index]
    assert account.requirements.currently_due == []  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"country": "VN"}, "country", None),
        ({"capabilities": {}}, "capabilities", "parameter_missing"),
        ({"foo": 1}, "foo", "parameter_unknown"),
        ({"controller": {"losses": {"payments": "nobody"}}}, "controller[losses][payments]", None),
        ({"controller": {"losses": {"payments": "application"}}}, "controller[stripe_dashboard][type]", None),
        ({"type": "express"}, "type", "double_unsupported"),
    ],
)
def test_wrong_accounts(client: stripe.StripeClient, change: dict[str, Any], param: str, code: str | None) -> None:
    assert refused(lambda: client.v1.accounts.create({**ACCOUNT, **change})) == (code, param)  # type: ignore[arg-type]


def test_a_transfer_of_a_charge_stays_within_it(double: Double, client: stripe.StripeClient) -> None:
    to = merchant(double, client).id
    charge = charged(client, transfer_group="order_7")
    asked: Any = {"amount": 7_000, "currency": "usd", "destination": to, "source_transaction": charge}
    first = client.v1.transfers.create(asked)
    assert (first.transfer_group, first.source_transaction) == ("order_7", charge)
    assert refused(lambda: client.v1.transfers.create({**asked, "amount": 3_001})) == (None, "amount")
    assert refused(lambda: client.v1.transfers.create({**asked, "currency": "eur"})) == (None, "currency")
    assert client.v1.transfers.create({**asked, "amount": 3_000}).amount == 3_000
    assert refused(lambda: client.v1.transfers.create({**asked, "amount": 1})) == (None, "amount")
    assert [one.amount for one in client.v1.transfers.list({"transfer_group": "order_7"}).data] == [3_000, 7_000]
    held: Any = {**CARD, "capture_method": "manual"}
    open_charge = str(client.v1.payment_intents.create(held).latest_charge)
    wrong = {**asked, "source_transaction": open_charge}
    assert refused(lambda: client.v1.transfers.create(wrong)) == (None, "source_transaction")
    there = client.v1.balance.retrieve({}, {"stripe_account": to})
    assert [(one.amount, one.currency) for one in there.pending] == [(10_000, "usd")]


def test_a_transfer_of_the_balance_needs_what_is_available(
    double: Double, client: stripe.StripeClient, later: Any
) -> None:
    to = merchant(double, client).id
    asked: Any = {"amount": 5_000, "currency": "usd", "destination": to, "transfer_group": "OUT-1"}
    charged(client)
    assert refused(lambda: client.v1.transfers.create(asked)) == ("balance_insufficient", None)
    later(3 * DAY)
    made = client.v1.transfers.create(asked, {"idempotency_key": "one"})
    assert client.v1.transfers.create(asked, {"idempotency_key": "one"}).id == made.id
    assert refused(lambda: client.v1.transfers.create(asked)) == ("balance_insufficient", None)  # the fee is gone
    assert refused(lambda: client.v1.transfers.create({**asked, "amount": 0})) == (
        "parameter_invalid_integer",
        "amount",
    )
    del asked["amount"]
    assert refused(lambda: client.v1.transfers.create(asked)) == ("parameter_missing", "amount")
    kinds = [event.type for event in client.v1.events.list({"limit": 5}).data]
    assert kinds.count("transfer.created") == 1


def test_accounts_that_receive_nothing(double: Double, client: stripe.StripeClient, later: Any) -> None:
    charged(client)
    later(3 * DAY)
    asked: Any = {"amount": 100, "currency": "usd"}
    abroad = merchant(double, client, country="TH").id
    assert refused(lambda: client.v1.transfers.create({**asked, "destination": abroad})) == (None, "destination")
    bare = client.v1.accounts.create(ACCOUNT).id  # type: ignore[arg-type]
    not_set_up = ("insufficient_capabilities_for_transfer", "destination")
    assert refused(lambda: client.v1.transfers.create({**asked, "destination": bare})) == not_set_up
    unknown = ("resource_missing", "destination")
    assert refused(lambda: client.v1.transfers.create({**asked, "destination": "acct_none"})) == unknown
    stopped = merchant(double, client).id
    double.act(lambda call: accounts.restrict(call, stopped, due="company.tax_id"))
    assert refused(lambda: client.v1.transfers.create({**asked, "destination": stopped})) == not_set_up
    with pytest.raises(stripe.PermissionError):
        client.v1.balance.retrieve({}, {"stripe_account": "acct_none"})


def test_reversals_need_what_the_account_still_has(double: Double, client: stripe.StripeClient, later: Any) -> None:
    to = merchant(double, client).id
    charged(client, 20_000)
    later(3 * DAY)
    made = client.v1.transfers.create({"amount": 9_000, "currency": "usd", "destination": to})
    api = client.v1.transfers.reversals
    part = api.create(made.id, {"amount": 2_000, "metadata": {"why": "claim"}}, {"idempotency_key": "r1"})
    assert api.create(made.id, {"amount": 2_000, "metadata": {"why": "claim"}}, {"idempotency_key": "r1"}).id == part.id
    assert refused(lambda: api.create(made.id, {"amount": 7_001})) == (None, "amount")
    client.v1.payouts.create({"amount": 6_000, "currency": "usd"}, {"stripe_account": to})
    assert refused(lambda: api.create(made.id, {"amount": 1_001})) == ("balance_insufficient", None)
    api.create(made.id, {"amount": 1_000})
    seen = client.v1.transfers.retrieve(made.id)
    assert (seen.amount_reversed, seen.reversed, len(seen.reversals.data)) == (3_000, False, 2)
    assert [one.amount for one in api.list(made.id).data] == [1_000, 2_000]
    booked = client.v1.balance_transactions.list({"type": "transfer_refund", "expand": ["data.source"]}).data
    assert [one.amount for one in booked] == [1_000, 2_000]
    assert {one.source.object for one in booked} == {"transfer_reversal"}  # type: ignore[union-attr]


def test_payouts_of_an_account_arrive_or_come_back(double: Double, client: stripe.StripeClient, later: Any) -> None:
    told: list[str] = []
    client.v1.webhook_endpoints.create(
        {"url": "http://shop/connect", "enabled_events": ["payout.failed"], "connect": True}
    )
    client.v1.webhook_endpoints.create({"url": "http://shop/own", "enabled_events": ["*"]})
    good, closed = merchant(double, client), merchant(double, client, bank="closed")
    charged(client, 20_000)
    later(3 * DAY)
    for account in (good, closed):
        client.v1.transfers.create({"amount": 4_000, "currency": "usd", "destination": account.id})
        client.v1.payouts.create({"amount": 4_000, "currency": "usd"}, {"stripe_account": account.id})
    too_much: Any = {"amount": 1, "currency": "usd"}
    assert refused(lambda: client.v1.payouts.create(too_much, {"stripe_account": good.id}))[0] == "balance_insufficient"
    later(5 * DAY)
    double.pass_time()
    ends = [client.v1.payouts.list({}, {"stripe_account": one.id}).data[0] for one in (good, closed)]
    assert [(one.status, one.failure_code) for one in ends] == [("paid", None), ("failed", "account_closed")]
    there = client.v1.balance.retrieve({}, {"stripe_account": closed.id})
    assert [one.amount for one in there.available] == [4_000]
    double.deliver(lambda url, raw, _signature: not told.append(f"{url} {b'payout.failed' in raw}"))
    assert "http://shop/connect True" in told
    assert "http://shop/own True" not in told


def test_what_is_paid_out_every_day_names_its_bookings(double: Double, client: stripe.StripeClient, later: Any) -> None:
    daily = merchant(double, client, settings={"payouts": {"schedule": {"interval": "daily"}}}).id
    charged(client, 20_000)
    later(3 * DAY)
    client.v1.transfers.create({"amount": 4_000, "currency": "usd", "destination": daily})
    double.pass_time()
    double.pass_time()
    (made,) = client.v1.payouts.list({}, {"stripe_account": daily}).data
    assert (made.amount, made.automatic) == (4_000, True)
    listed = client.v1.balance_transactions.list({"payout": made.id}, {"stripe_account": daily}).data
    assert sorted(one.amount for one in listed) == [-4_000, 4_000]
    client.v1.accounts.update(daily, {"settings": {"payouts": {"schedule": {"interval": "manual"}}}})
    later(6 * DAY)
    client.v1.transfers.create({"amount": 1_000, "currency": "usd", "destination": daily})
    double.pass_time()
    assert len(client.v1.payouts.list({}, {"stripe_account": daily}).data) == 1


def test_a_key_belongs_to_one_account(double: Double, client: stripe.StripeClient, later: Any) -> None:
    one, other = merchant(double, client).id, merchant(double, client).id
    charged(client)
    later(3 * DAY)
    for to in (one, other):
        client.v1.transfers.create({"amount": 100, "currency": "usd", "destination": to})
    asked: Any = {"amount": 100, "currency": "usd"}
    made = {client.v1.payouts.create(asked, {"stripe_account": to, "idempotency_key": "k"}).id for to in (one, other)}
    assert len(made) == 2
