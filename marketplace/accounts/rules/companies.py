"""What a company and a person are called, and where a company is registered."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import phonenumbers

from marketplace.accounts.rules.refusals import Refusals
from marketplace.kernel.errors import FieldError, Refused
from marketplace.reference.rules import A_COUNTRY, RECKONED

LONGEST_NAME: Final = 200
LONGEST_NUMBER: Final = 64
LONGEST_CONTACT: Final = 100
_LOCALE: Final = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4}){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a company sits, as its own post writes it."""

    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""

    @property
    def lines(self) -> str:
        """The address on one line; empty while none is given."""
        return ", ".join(part for part in (self.street, self.city, self.region, self.postcode) if part)


def parse_line(field: str, text: str, longest: int = LONGEST_NAME) -> str:
    """Return the text on one line without outer blanks (NFC), or refuse the field."""
    line = unicodedata.normalize("NFC", text).strip()
    if not line:
        raise Refused.field(field, "required")
    if len(line) > longest:
        raise Refused.field(field, "too_long", str(longest))
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in line):
        raise Refused.field(field, "one_line")
    return line


def parse_optional_line(field: str, text: str, longest: int = LONGEST_NAME) -> str:
    """Return the text on one line, empty when blank."""
    return parse_line(field, text, longest) if text.strip() else ""


def parse_country(text: str) -> str:
    """Return the ISO 3166-1 code in capitals, or refuse ``country``.

    Any takes part that can be telephoned and whose working days we can reckon: every deadline of a party needs them.
    """
    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS or code not in RECKONED:
        raise Refused.field("country", "country", A_COUNTRY)
    return code


def parse_locale(text: str) -> str:
    """Return the language tag, or refuse ``locale``."""
    if not _LOCALE.fullmatch(text):
        raise Refused.field("locale", "choice", "en, zh, vi, …")
    return text


def parse_address(address: Address) -> Address:
    """Return the address with clean lines, or refuse every field at fault: a street needs its city, a city its street.

    Nothing at all is no address, which papers then say.
    """
    refusals = Refusals()
    street = refusals(lambda: parse_optional_line("street", address.street), "")
    city = refusals(lambda: parse_optional_line("city", address.city, 100), "")
    region = refusals(lambda: parse_optional_line("region", address.region, 100), "")
    postcode = refusals(lambda: parse_optional_line("postcode", address.postcode, 16), "")
    refusals.raise_any()
    found = Address(street, city, region, postcode)
    missing = [FieldError(name, "required") for name in ("street", "city") if not getattr(found, name)]
    if missing and found.lines:
        raise Refused.fields(*missing)
    return found
