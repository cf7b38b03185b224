"""What a company and a person are called, and where a company is registered."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import phonenumbers

from marketplace.kernel.errors import Refused

LONGEST_NAME: Final = 200
LONGEST_NUMBER: Final = 64
_LOCALE: Final = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4}){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a company sits, as its own post writes it."""

    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""


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
    """Return the ISO 3166-1 code in capitals, or refuse ``country``; any that can be telephoned takes part."""
    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise Refused.field("country", "country", "two letters of ISO 3166-1 such as CN, VN, TH")
    return code


def parse_locale(text: str) -> str:
    """Return the language tag, or refuse ``locale``."""
    if not _LOCALE.fullmatch(text):
        raise Refused.field("locale", "choice", "en, zh, vi, …")
    return text


def parse_address(address: Address) -> Address:
    """Return the address with clean lines, or refuse the field at fault."""
    return Address(
        street=parse_optional_line("street", address.street),
        city=parse_optional_line("city", address.city, 100),
        region=parse_optional_line("region", address.region, 100),
        postcode=parse_optional_line("postcode", address.postcode, 16),
    )
