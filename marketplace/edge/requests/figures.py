"""Which goods, by which number, of how many days."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from marketplace.edge.parsing import Line, Request, blank_is_none, whole_number

SORTS: Final = ("views", "carts", "orders", "conversion", "sku")


def _days(value: object) -> object:
    return 30 if blank_is_none(value) is None else whole_number(value)


class Sight(Request):
    """Goods by ``sort`` over the last ``days`` days, most first; ``order=asc`` turns it round."""

    days: Annotated[Literal[7, 30, 90], BeforeValidator(_days)] = 30
    sort: Literal["views", "carts", "orders", "conversion", "sku"] = "views"
    order: Literal["asc", "desc"] | None = None
    cursor: Annotated[Line | None, BeforeValidator(blank_is_none)] = None

    @property
    def ascending(self) -> bool:
        """Tell whether the smallest comes first: article numbers do unless asked otherwise, numbers do not."""
        return self.order == "asc" if self.order else self.sort == "sku"
