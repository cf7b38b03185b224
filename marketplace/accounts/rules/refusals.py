"""Several fields judged together, so that a form is sent back once with everything that is wrong."""

from collections.abc import Callable
from typing import TypeVar

from marketplace.kernel.errors import FieldError, Refused

Value = TypeVar("Value")


class Refusals:
    """Collects the refusals of single fields; ``raise_any`` says them all."""

    def __init__(self) -> None:
        """Begin with none."""
        self.errors: list[FieldError] = []

    def __call__(self, read: Callable[[], Value], otherwise: Value) -> Value:
        """Return what is read; when refused, note why and go on with the other value."""
        try:
            return read()
        except Refused as refusal:
            self.errors += refusal.errors
            return otherwise

    def raise_any(self) -> None:
        """Refuse all noted fields at once."""
        if self.errors:
            raise Refused.fields(*self.errors)
