"""Kinds and states of issued documents."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle

# Languages that papers are set in, as they stand in addresses; each has a font in var/fonts.
LOCALES: Final = ("en", "zh", "vi", "th", "lo", "km", "my", "id", "ms")
# Papers numbered one after the other by whoever issues them; the others carry the reference of what they are about.
_SERIES: Final = {
    "commercial_invoice": "CI",
    "credit_note": "CN",
    "debit_note": "DN",
    "commission_statement": "CS",
    "freight_statement": "FS",
    "account_statement": "AS",
}
_SPOKEN: Final = ("en", "zh", "vi")  # there are labels and clauses in these
_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9./-]{1,39}", re.ASCII)


class PaperKind(StrEnum):
    """What a document is."""

    PRO_FORMA = "pro_forma"
    SALES_CONTRACT = "sales_contract"
    FREIGHT_CONTRACT = "freight_contract"
    COMMERCIAL_INVOICE = "commercial_invoice"
    PACKING_LIST = "packing_list"
    CARTON_LABELS = "carton_labels"
    MANIFEST = "manifest"
    BOOTH_LABELS = "booth_labels"
    CREDIT_NOTE = "credit_note"
    DEBIT_NOTE = "debit_note"
    COMMISSION_STATEMENT = "commission_statement"
    FREIGHT_STATEMENT = "freight_statement"
    ACCOUNT_STATEMENT = "account_statement"
    INSPECTION_REPORT = "inspection_report"
    HOUSE_WAYBILL = "house_waybill"
    DANGEROUS_GOODS_NOTE = "dangerous_goods_note"
    CARGO_RECEIPT = "cargo_receipt"
    SEAL_LIST = "seal_list"
    TRANSIT_SHEET = "transit_sheet"
    INSURANCE_CERTIFICATE = "insurance_certificate"


class SignatureKind(StrEnum):
    """What a company signs with: the picture of its seal, or a scan of the signed paper."""

    SEAL = "seal"
    SCAN = "scan"


class PaperState(StrEnum):
    """How far a document is."""

    QUEUED = "queued"
    RENDERED = "rendered"
    FAILED = "failed"


LIFECYCLE: Final = Lifecycle(
    "document",
    {
        PaperState.QUEUED: {"render": PaperState.RENDERED, "fail": PaperState.FAILED},
        PaperState.FAILED: {"retry": PaperState.QUEUED},
    },
)


def check_number(number: str) -> str:
    """Return the number; ValueError unless it is 2 to 40 capitals, digits, points, slashes and hyphens."""
    if not _NUMBER.fullmatch(number):
        msg = "a document's number is 2 to 40 of A-Z 0-9 . / -"
        raise ValueError(msg)
    return number


def serial_number(kind: PaperKind, *, year: int, place: int) -> str:
    """Return the number that an issuer gives its paper of a kind: ``CI-2026-00001``; KeyError for kinds without one."""
    return f"{_SERIES[kind]}-{year}-{place:05}"


def languages(locales: Sequence[str]) -> tuple[str, ...]:
    """Return one or two different languages, the leading one first; ValueError for others."""
    chosen = tuple(dict.fromkeys(locales))
    if not 1 <= len(chosen) <= 2 or any(locale not in LOCALES for locale in chosen):
        msg = f"one or two of {', '.join(LOCALES)}"
        raise ValueError(msg)
    return chosen


def spoken(locales: Sequence[str]) -> tuple[str, ...]:
    """Return the languages in which a paper can speak: English stands in for those that have no labels."""
    return tuple(dict.fromkeys(locale if locale in _SPOKEN else "en" for locale in locales))


def pair(first: str, second: str) -> tuple[str, ...]:
    """Return the languages for two parties: one if they share it."""
    return languages((first, second))
