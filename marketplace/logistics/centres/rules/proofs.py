"""Origin proofs: for how many units they still count."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.kernel.errors import FieldError, Refused
from marketplace.logistics.centres.rules.lots import LARGEST_QUANTITY


class ProofKind(StrEnum):
    """The forms under which origin is proved between China and ASEAN."""

    FORM_E = "form_e"
    FORM_D = "form_d"
    RCEP = "rcep"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as it was issued."""

    kind: ProofKind
    number: str
    origin: str
    issued_on: date
    valid_until: date
    quantity: int


def check_proof(proof: Proof) -> None:
    """Refuse, by field, a proof that ends before it begins, or that counts for nothing."""
    errors: list[FieldError] = []
    if proof.valid_until < proof.issued_on:
        errors.append(FieldError("issued_on", "range", f"a day up to {proof.valid_until}"))
        errors.append(FieldError("valid_until", "before_entry", proof.issued_on.isoformat()))
    if not 1 <= proof.quantity <= LARGEST_QUANTITY:
        errors.append(FieldError("quantity", "whole_range", f"1 to {LARGEST_QUANTITY}"))
    if errors:
        raise Refused.fields(*errors)


def check_draw(*, quantity: int, remaining: int, valid_until: date, declared_on: date) -> None:
    """Refuse ``origin_proof`` for more than a proof has left, or once it has ended."""
    if declared_on > valid_until:
        raise Refused.field("origin_proof", "proof_ended", valid_until.isoformat())
    if quantity > remaining:
        raise Refused.field("origin_proof", "proof_short", str(remaining))
