"""Who lives in the demo city. Companies are invented and say so; nobody is a real person."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from marketplace.accounts.rules.permissions import CompanyKind

PASSWORD: Final = "lychee-lorry-2026"  # noqa: S105  printed on purpose: a demo has no secrets


@dataclass(frozen=True, slots=True)
class Founder:
    """A company and its first member."""

    login: str
    person: str
    company: str
    country: str
    registration_number: str
    kind: CompanyKind
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A further member of a company, by role."""

    login: str
    person: str
    role: str


OPERATOR: Final = Founder(
    "admin@demo.test", "Demo Admin", "Demo City Operating Co.", "CN", "91500000MA60DEM02L", CompanyKind.OPERATOR
)
STAFF: Final = (
    Colleague("moderator@demo.test", "Demo Moderator", "moderator"),
    # An appeal is decided by somebody else than the decision.
    Colleague("moderator2@demo.test", "Demo Moderator Two", "moderator"),
    Colleague("logistics@demo.test", "Demo Logistics", "operations"),
    Colleague("customs@demo.test", "Demo Customs", "customs"),
    Colleague("finance@demo.test", "Demo Finance", "treasury"),
    Colleague("finance2@demo.test", "Demo Finance Two", "treasury"),
)
CARRIER: Final = "carrier@demo.test"
BROKER: Final = "broker@demo.test"
STORES: Final = "dc@demo.test"
INSURER: Final = "insurer@demo.test"
BUYER: Final = "buyer@demo.test"
MODERATOR: Final = "moderator@demo.test"
LOGISTICS: Final = "logistics@demo.test"
FINANCE, FINANCE_TWO = "finance@demo.test", "finance2@demo.test"
PARTS, FRUIT = "merchant@demo.test", "merchant2@demo.test"
FOUNDERS: Final = (
    Founder(
        "merchant@demo.test", "Demo Merchant", "Demo Chongqing Motor Parts Co.", "CN", "91500000MA60DEM01H",
        CompanyKind.TRADE, "zh",
    ),
    Founder(
        "merchant2@demo.test", "Demo Merchant Two", "Demo Chanthaburi Fruit Co.", "TH", "0999000000027",
        CompanyKind.TRADE,
    ),
    Founder(
        BUYER, "Demo Buyer", "Demo Hanoi Trading Co.", "VN", "9999000100", CompanyKind.TRADE, "vi"
    ),
    Founder("buyer2@demo.test", "Demo Buyer Two", "Demo Bangkok Retail Co.", "TH", "0999000000035", CompanyKind.TRADE),
    Founder(BROKER, "Demo Broker", "Demo Pingxiang Broker", "CN", "91450000MA60DEM04Q", CompanyKind.BROKER),
    Founder(INSURER, "Demo Insurer", "Demo Marine Insurance", "CN", "91500000MA60DEM05X", CompanyKind.INSURER),
    Founder(
        CARRIER, "Demo Carrier", "Demo Cross-border Regular Lorry", "CN", "91500000MA60DEM03P",
        CompanyKind.CARRIER,
    ),
    Founder(STORES, "Demo Stores", "Demo Hanoi Warehouse Co.", "VN", "9999000206", CompanyKind.DC, "vi"),
)  # fmt: skip
# Who takes in the goods of the demo's first buyer: a company of one person is not verified.
RECEIVING: Final = Colleague("receiving@demo.test", "Demo Receiving", "logistics")
# A buying company of several people, who need each other's word.
EMPLOYER: Final = "buyer2@demo.test"
COLLEAGUES: Final = (
    Colleague("purchasing@demo.test", "Demo Purchasing", "purchasing"),
    Colleague("approver@demo.test", "Demo Approver", "approver"),
)
# The operator buys and sells in its own name by a company of its own, whose only member is a desk.
TRADING: Final = Founder(
    "trading@demo.test", "Trading desk", "Demo City Trading Co.", "CN", "91500000MA60DEM24W", CompanyKind.TRADE
)


def accounts_text(*, made: bool) -> Iterator[str]:
    """Say who can log in."""
    logins = [OPERATOR.login, *(item.login for item in STAFF), *(item.login for item in FOUNDERS)]
    logins += [*(item.login for item in (*COLLEAGUES, RECEIVING)), TRADING.login]
    yield "The demo city is ready." if made else "The demo city was there already."
    yield f"Log in with one of these and the password {PASSWORD}"
    yield from (f"  {login}" for login in logins)
