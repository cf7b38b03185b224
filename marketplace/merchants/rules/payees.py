"""Accounts that are paid into: how they are written, and how long a new one waits."""

import re
from dataclasses import dataclass
from typing import Final

from stdnum import bic, iban
from stdnum.exceptions import ValidationError

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import MINOR_UNITS, is_currency
from marketplace.reference.rules import A_COUNTRY, RECKONED

LONGEST_LINE: Final = 140
_NUMBER: Final = re.compile(r"[A-Z0-9]{4,34}", re.ASCII)
_FILLERS: Final = re.compile(r"[ .\-/]", re.ASCII)
_LOOKS_LIKE_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """The account that contracts name."""

    account_name: str
    bank_name: str
    account_number: str
    bic: str
    country: str

    def as_json(self) -> dict[str, str]:
        """Return the account for a snapshot column."""
        return {
            "account_name": self.account_name,
            "bank_name": self.bank_name,
            "account_number": self.account_number,
            "bic": self.bic,
            "country": self.country,
        }


def check_account(account: PayeeAccount, *, currency: str) -> PayeeAccount:
    """Return the account as it is kept (compact number and BIC), or refuse every field that is wrong.

    A number that begins like an IBAN must be one; the BIC (ISO 9362) must name the bank's country.
    """
    errors: list[FieldError] = []
    number, code = _compact(account.account_number), _compact(account.bic)
    for name, text in (("account_name", account.account_name), ("bank_name", account.bank_name)):
        if not text.strip():
            errors.append(FieldError(name, "required", "as the bank writes it"))
        elif len(text) > LONGEST_LINE:
            errors.append(FieldError(name, "too_long", f"at most {LONGEST_LINE} characters"))
    if not _NUMBER.fullmatch(number):
        errors.append(FieldError("account_number", "account_number", "4 to 34 letters and digits"))
    elif _LOOKS_LIKE_IBAN.fullmatch(number) and not iban.is_valid(number):
        errors.append(FieldError("account_number", "iban", "an IBAN with right check digits"))
    errors += _check_bic(code, account.country)
    if not is_currency(currency):
        errors.append(FieldError("currency", "currency", ", ".join(MINOR_UNITS)))
    if errors:
        raise Refused.fields(*errors)
    return PayeeAccount(account.account_name.strip(), account.bank_name.strip(), number, code, account.country)


def is_bic(text: str) -> bool:
    """Tell whether a text has the form of a BIC (ISO 9362), however it is spaced."""
    try:
        bic.validate(_compact(text))
    except ValidationError:
        return False
    return True


def masked(account_number: str) -> str:
    """Return an account number for messages and lists: its last four characters."""
    return f"••••{account_number[-4:]}"


def _check_bic(code: str, country: str) -> list[FieldError]:
    if not is_bic(code):
        return [FieldError("bic", "bic", "8 or 11 letters and digits (ISO 9362)")]
    if country not in RECKONED:
        return [FieldError("country", "country", A_COUNTRY)]
    if code[4:6] != country:
        return [FieldError("bic", "bic_country", f"a bank in {country}", {"country": country})]
    return []


def _compact(text: str) -> str:
    return _FILLERS.sub("", text.strip()).upper()
