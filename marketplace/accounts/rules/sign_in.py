"""The outcome of proving who one is.

Wrong credentials are an outcome, not an exception: the failure counter must be committed with it. The edge
answers ``Rejected`` with 401 after the unit of work.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from marketplace.accounts.rules.permissions import CompanyKind

# A browser that was not seen for so long is logged out.
SESSION_LIFETIME: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Policy:
    """What this city demands at the door."""

    allow_test_mail: bool  # ``.test`` addresses: demo and tests
    second_factor_waived: bool  # the operator's staff need none: the demo, which says so on every page
    throttled: bool
    sends_texts: bool = True  # a way to send one-time codes to phones


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody proved to be this person; the session may begin once nothing more is needed."""

    person_id: UUID
    auth_epoch: int
    needs_second_factor: bool
    must_enrol: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """Wrong, unknown, expired or disabled: all answer alike."""

    code: str = "wrong_login"


def must_enrol(kinds: Iterable[CompanyKind], *, has_totp: bool, policy: Policy) -> bool:
    """Tell whether a member of these kinds of companies must set up a second factor before going on."""
    return CompanyKind.OPERATOR in set(kinds) and not has_totp and not policy.second_factor_waived


def clean_agent(text: str) -> str:
    """Return what a browser calls itself, without what a database or a page may not take."""
    return "".join(letter for letter in text if letter.isprintable())
