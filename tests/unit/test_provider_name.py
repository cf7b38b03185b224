"""Who holds the money of cards is named."""

import pytest
from pydantic import SecretStr

from marketplace.config import Settings


@pytest.mark.parametrize(
    ("name", "key", "shown"),
    [("", "", "demo payments"), ("", "sk_live_1", "Stripe"), ("Licensed Pay Ltd", "sk_live_1", "Licensed Pay Ltd")],
)
def test_the_provider_is_named_by_setting_or_by_its_key(name, key, shown):
    assert Settings(provider_name=name, stripe_api_key=SecretStr(key)).provider == shown
