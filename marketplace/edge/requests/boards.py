"""What is asked of the days of lorries."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from marketplace.edge.parsing import Line, Request, blank_is_none
from marketplace.edge.requests.borders import OptionalBorderDay, OptionalPlace


class LorryDays(Request):
    """Lorries of a line by its code or of a hub by its place, two weeks from a day on; everything may be left out."""

    line: Annotated[Line | None, BeforeValidator(blank_is_none)] = None
    hub: OptionalPlace = None
    since: OptionalBorderDay = Field(default=None, alias="from")
