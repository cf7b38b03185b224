"""The register of official invoices: what is recorded, what an invoice may be matched to, what is still missing.

Official invoices are issued in the systems of the states; here is only written down which were, and for what.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.reference.rules import A_COUNTRY, RECKONED

WHOLE: Final = 10_000
# What is issued in each state's own system; elsewhere it is called by its general name.
TYPES: Final[dict[str, tuple[str, ...]]] = {
    "CN": ("fapiao_special", "fapiao_ordinary"),
    "VN": ("vat_invoice", "sales_invoice"),
    "ID": ("faktur_pajak",),
    "MY": ("e_invoice",),
    "TH": ("e_tax_invoice",),
}
_OTHERS: Final = ("tax_invoice",)
ALL_TYPES: Final = (*(name for names in TYPES.values() for name in names), *_OTHERS)
_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,39}", re.ASCII)
_CODE: Final = re.compile(r"[A-Z0-9./-]{0,20}", re.ASCII)


class InvoiceState(StrEnum):
    """Whether an invoice counts: recorded does; cancelled and replaced ones do not."""

    RECORDED = "recorded"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


INVOICES: Final = Lifecycle[InvoiceState](
    "official_invoice",
    {InvoiceState.RECORDED: {"cancel": InvoiceState.CANCELLED, "replace": InvoiceState.REPLACED}},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice as it stands in the state's system; a red-letter one has negative amounts and names its first."""

    country: str
    type: str
    code: str  # of the book or series where the state gives one: 发票代码, ký hiệu; else empty
    number: str
    issued_on: date
    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        """What the buyer owes by it, tax included."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Part:
    """How much of an invoice, tax included, is for which order line."""

    line_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True)
class Open:
    """An order line: what was invoiced of it commercially, and how much of that official invoices name already."""

    line_id: UUID
    value: Money
    matched: Money

    @property
    def missing(self) -> Money:
        """What no official invoice names yet; nothing where taxes carry the invoices past the value."""
        return max(self.value - self.matched, Money.zero(self.value.currency))


def types_of(country: str) -> tuple[str, ...]:
    """Return the types of official invoices of a country."""
    return TYPES.get(country, _OTHERS)


def check_currency(draft: Draft, *, currency: str) -> None:
    """Refuse an invoice in another currency than its order's: nothing of it could be matched."""
    if draft.net.currency != currency:
        raise Refused.field("currency", "currency", currency)


def check(draft: Draft, *, today: date, is_red: bool, names_first: bool = True) -> None:
    """Refuse what cannot stand on an official invoice, all at once.

    A red-letter invoice ``names_first`` which one it takes back: without, it is its amount that is wrong.
    """
    errors: list[FieldError] = []
    if draft.country not in RECKONED:
        errors.append(FieldError("country", "country", A_COUNTRY))
    elif draft.type not in types_of(draft.country):
        errors.append(FieldError("type", "choice", ", ".join(types_of(draft.country))))
    if not _NUMBER.fullmatch(draft.number):
        errors.append(FieldError("number", "invoice_number", "1 to 40 of A-Z 0-9 . / -"))
    if not _CODE.fullmatch(draft.code):
        errors.append(FieldError("code", "invoice_number", "up to 20 of A-Z 0-9 . / -"))
    if draft.issued_on > today:
        errors.append(FieldError("issued_on", "future", f"a day up to {today}"))
    if is_red and not names_first:
        errors.append(FieldError("amount", "range", "more than 0"))
        errors.append(FieldError("refers_to", "required", "the invoice that a red-letter invoice refers to"))
    else:
        errors += _wrong_amounts(draft, is_red=is_red)
    if errors:
        raise Refused.fields(*errors)


def _wrong_amounts(draft: Draft, *, is_red: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    if is_red and draft.net.minor >= 0:
        errors.append(FieldError("amount", "range", "less than 0"))
    elif is_red and not draft.net.minor <= draft.tax.minor <= 0:
        errors.append(FieldError("tax", "range", f"{draft.net} to 0"))
    if not is_red and draft.net.minor <= 0:
        errors.append(FieldError("amount", "range", "more than 0"))
    if not is_red and not 0 <= draft.tax.minor <= draft.net.minor:
        errors.append(FieldError("tax", "range", f"0 to {draft.net}"))
    return errors


def check_red(draft: Draft, *, first: Money, before: Money) -> None:
    """Refuse a red-letter invoice of more than is left of its first; ``before`` is what others took of it, negative."""
    if draft.gross.currency != first.currency:
        raise Refused.field("currency", "currency", first.currency)
    left = first + before
    if (left + draft.gross).minor < 0:
        raise Refused.field("amount", "range", f"at least {-left}")


def limit(value: Money, *, tax_bp: int) -> Money:
    """Return how much official invoices may name of a line: its value, and the tax on top where prices are net."""
    return value + value.portion(tax_bp, WHOLE)


def check_lines(line_ids: Sequence[UUID], *, known: Collection[UUID]) -> None:
    """Refuse lines that are named twice, or that the order does not have."""
    if len(set(line_ids)) != len(line_ids) or any(line_id not in known for line_id in line_ids):
        raise Refused.field("line_ids", "choice", "each line of the order once")


def check_parts(parts: Sequence[Part], *, gross: Money, open_lines: Mapping[UUID, Open], tax_bp: int) -> None:
    """Refuse parts that the invoice does not have, or that take a line past its limit; ``open_lines`` is without them.

    A line that is not there is another order's: Refused ``line_ids``.
    """
    check_lines([part.line_id for part in parts], known=open_lines)
    if any(part.amount.currency != gross.currency for part in parts):
        raise Refused.field("currency", "currency", gross.currency)
    if any(part.amount.minor <= 0 for part in parts):
        raise Refused.field("amounts", "too_small", "more than 0 on every line")
    if sum(part.amount.minor for part in parts) > gross.minor:
        raise Refused.field("amounts", "over", f"more than 0, at most {gross}")
    for part in parts:
        line = open_lines[part.line_id]
        most = limit(line.value, tax_bp=tax_bp) - line.matched
        if part.amount > most:
            raise Refused.field("amounts", "over", f"more than 0, at most {max(most, Money.zero(most.currency))}")


def suggested(*, net: Money, gross: Money, open_lines: Sequence[Open]) -> tuple[Part, ...]:
    """Return what an invoice is probably for: all that is missing, one line of just this amount, else in order.

    Prices include tax or do not: an amount fits when either the net or the gross one does.
    """
    missing = [line for line in open_lines if line.missing.currency == gross.currency and line.missing]
    whole = sum((line.missing for line in missing), Money.zero(gross.currency))
    for amount in (gross, net):
        if missing and amount == whole:
            return _with_tax(missing, gross)
        for line in missing:
            if line.missing == amount:
                return (Part(line.line_id, gross),)
    parts: list[Part] = []
    left = gross
    for line in missing:
        part = min(left, line.missing)
        if part:
            parts.append(Part(line.line_id, part))
            left -= part
    return tuple(parts)


def is_exact(*, net: Money, gross: Money, open_lines: Sequence[Open]) -> bool:
    """Tell whether an invoice is for just what is missing: then nobody needs to say what it is for."""
    missing = [line.missing for line in open_lines if line.missing.currency == gross.currency]
    whole = sum(missing, Money.zero(gross.currency))
    return bool(whole) and whole in (net, gross)


def reversed_parts(parts: Sequence[Part], amount: Money) -> tuple[Part, ...]:
    """Return what a red-letter invoice (``amount`` negative) takes from each line of its first, in proportion."""
    if not parts:
        return ()
    whole = sum(part.amount.minor for part in parts)
    taken = max(amount, Money(-whole, amount.currency))
    shares = taken.share([part.amount.minor for part in parts])
    return tuple(Part(part.line_id, share) for part, share in zip(parts, shares, strict=True) if share)


def _with_tax(lines: Sequence[Open], gross: Money) -> tuple[Part, ...]:
    shares = gross.share([line.missing.minor for line in lines])
    return tuple(Part(line.line_id, share) for line, share in zip(lines, shares, strict=True))
