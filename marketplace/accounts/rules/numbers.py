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
class Stated:
    """How a register without a check digit writes its numbers, with one as an example."""

    identifier: str
    pattern: re.Pattern[str]
    example: str


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
# The other six parties of RCEP. Registers renumber and old numbers live on, so what is written otherwise is no mistake
# that could be refused: it is shown to the reviewer, who compares every number of these with the licence anyway.
# Sources: ROCBN (ocp.mofe.gov.bn), Ministry of Commerce and tax office of Cambodia (businessregistration.moc.gov.kh),
# Ministry of Industry and Commerce of Laos (erm.gov.la), DICA (myco.dica.gov.mm), SSM (ssm.com.my), SEC (sec.gov.ph).
STATED: Final[dict[str, Stated]] = {
    "BN": Stated("ROCBN number", re.compile(r"(RC|RFC|P)/?[0-9]{8}", re.ASCII), "RC20001234"),
    "KH": Stated("registration number", re.compile(r"[0-9]{8,11}|[A-Z][0-9]{3}-?[0-9]{9}", re.ASCII), "L001-901234567"),
    "LA": Stated("enterprise code", re.compile(r"[0-9]{2}-?[0-9]{8}", re.ASCII), "01-00004321"),
    "MM": Stated("DICA registration number", re.compile(r"[0-9]{9}", re.ASCII), "100012345"),
    "MY": Stated("SSM number", re.compile(r"(19|20)[0-9]{2}0[1-6][0-9]{6}|[0-9]{1,7}-[A-Z]", re.ASCII), "201901000005"),
    "PH": Stated(
        "SEC number or TIN",
        re.compile(
            r"[A-Z]{1,4}[0-9]{4,12}|[0-9]{10,15}(-[0-9]{2})?|[0-9]{3}-[0-9]{3}-[0-9]{3}(-[0-9]{3,5})?", re.ASCII
        ),
        "CS201912345",
    ),
}
# For countries without a validator: what any register prints, and no more than that.
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
        number = str(validator.module.validate("".join(text.split())))
    except ValidationError as error:
        reason = type(error).__name__.removeprefix("Invalid").lower()
        raise Refused.field(
            field, "registration_number", validator.identifier, country=country, reason=reason
        ) from None
    return CheckedNumber(number, validator.module.__name__, validator.proof)


def is_as_stated(country: str, number: str) -> bool:
    """Tell whether a number is written as the country's register states; True where none of ours states anything."""
    stated = STATED.get(country)
    return stated is None or stated.pattern.fullmatch(number) is not None


def _by_pattern(text: str, field: str) -> CheckedNumber:
    number = " ".join(text.upper().split())
    if not PATTERN.fullmatch(number):
        code = "registration_pattern" if field == REGISTRATION else "number_pattern"
        raise Refused.field(field, code, PATTERN_ACCEPTED)
    return CheckedNumber(number, "pattern", Proof.PATTERN)
