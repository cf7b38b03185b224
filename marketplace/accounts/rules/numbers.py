"""Registration numbers and tax ids: proved by a country's own check where there is one, else by a stated pattern.

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
REGISTRATION: Final = "registration_number"
# For countries without a validator: what their registers print, and no more than that.
PATTERN: Final = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9./ -]{2,28}[A-Z0-9]", re.ASCII)
PATTERN_ACCEPTED: Final = "4 to 30 letters, digits, dots, dashes or slashes, with at least one digit"


def check_number(country: str, text: str, *, field: str = REGISTRATION) -> CheckedNumber:
    """Return a registration number or tax id as it is kept, or refuse its field saying which number is wanted.

    Where a country has a validator, its register and its tax office know a company by the same number.
    """
    validator = VALIDATORS.get(country)
    if validator is None:
        return _by_pattern(text, field)
    try:
        number = str(validator.module.validate(text))
    except ValidationError as error:
        reason = type(error).__name__.removeprefix("Invalid").lower()
        raise Refused.field(
            field, "registration_number", validator.identifier, country=country, reason=reason
        ) from None
    return CheckedNumber(number, validator.module.__name__, validator.proof)


def _by_pattern(text: str, field: str) -> CheckedNumber:
    number = " ".join(text.upper().split())
    if not PATTERN.fullmatch(number):
        code = "registration_pattern" if field == REGISTRATION else "number_pattern"
        raise Refused.field(field, code, PATTERN_ACCEPTED)
    return CheckedNumber(number, "pattern", Proof.PATTERN)
