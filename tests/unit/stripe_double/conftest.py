"""A stand-in on an empty file, and the real library in front of it."""

from pathlib import Path

import pytest
import stripe

from marketplace.stripe_double.calls import API_VERSION
from marketplace.stripe_double.client import InProcess
from marketplace.stripe_double.double import Double


@pytest.fixture
def double(tmp_path: Path) -> Double:
    return Double(tmp_path / "stripe.sqlite3", base_url="http://127.0.0.1:9/demo")


@pytest.fixture
def client(double: Double) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_double", http_client=InProcess(double), stripe_version=API_VERSION, max_network_retries=0
    )
