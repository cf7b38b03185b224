"""Registration numbers: proved by a country's own check where there is one, else shaped by a stated pattern.

Validators are python-stdnum's; which of them carry a checksum was tried with one true and one altered number each.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Final

from stdnum.au import abn
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.id import npwp
from stdnum.jp import cn
from stdnum.kr import brn
from stdnum.nz import ird
from stdnum.sg import uen
from stdnum.th import tin
from stdnum.vn import mst

from marketplace.kernel.errors import Refused


class Proof(StrEnum):
    """How far a number proves itself; whatever is less than a checksum is for the reviewer's eye."""

    CHECKSUM = "checksum"
    FORMAT = "format"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class Validator:
    """A country's number: what it is called, how it is checked, and what that proves."""

    module: ModuleType
    identifier: str
    proof: Proof = Proof.CHECKSUM


@dataclass(frozen=True, slots=True)
class CheckedNumber:
    """A registration number in its compact form, with the check it passed: ``stdnum.cn.uscc`` or ``pattern``."""

    number: str
    check: str
    proof: Proof


VALIDATORS: Final[dict[str, Validator]] = {
    "AU": Validator(abn, "Australian Business Number"),
    "CN": Validator(uscc, "Unified Social Credit Code"),
    "ID": Validator(npwp, "NPWP"),
    "JP": Validator(cn, "Corporate Number"),
    "KR": Validator(brn, "Business Registration Number", Proof.FORMAT),
    "NZ": Validator(ird, "IRD number"),
    "SG": Validator(uen, "Unique Entity Number"),
    "TH": Validator(tin, "Taxpayer Identification Number"),
    "VN": Validator(mst, "mã số thuế"),
}
# For countries without a validator: what their registers print, and no more than that.
PATTERN: Final = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9./ -]{2,28}[A-Z0-9]", re.ASCII)
PATTERN_ACCEPTED: Final = "4 to 30 letters, digits, dots, dashes or slashes, with at least one digit"


def check_number(country: str, text: str) -> CheckedNumber:
    """Return the number as it is kept, or refuse ``registration_number`` saying which number is wanted."""
    validator = VALIDATORS.get(country)
    if validator is None:
        return _by_pattern(text)
    try:
        number = str(validator.module.validate(text))
    except ValidationError as error:
        reason = type(error).__name__.removeprefix("Invalid").lower()
        raise Refused.field(
            "registration_number", "registration_number", validator.identifier, country=country, reason=reason
        ) from None
    return CheckedNumber(number, validator.module.__name__, validator.proof)


def _by_pattern(text: str) -> CheckedNumber:
    number = " ".join(text.upper().split())
    if not PATTERN.fullmatch(number):
        raise Refused.field("registration_number", "registration_pattern", PATTERN_ACCEPTED)
    return CheckedNumber(number, "pattern", Proof.PATTERN)
