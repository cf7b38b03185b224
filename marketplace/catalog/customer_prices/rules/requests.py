"""States of requests to read a price."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class RequestState(StrEnum):
    """What became of a company's wish to read the prices of a listing."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


REQUEST: Final = Lifecycle(
    "price_request",
    {
        RequestState.OPEN: {
            "grant": RequestState.GRANTED,
            "decline": RequestState.DECLINED,
            "withdraw": RequestState.WITHDRAWN,
            "lapse": RequestState.LAPSED,
        }
    },
)
