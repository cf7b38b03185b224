"""Which statement of account is asked for."""

from typing import Annotated, Literal

from pydantic import Field

from marketplace.edge.parsing import Currency, Request
from marketplace.edge.requests.payments import OptionalDay, OptionalLastDay


class Statement(Request):
    """An account between two companies in one currency; without days the running month of the issuer."""

    kind: Literal["commission_statement", "freight_statement", "account_statement"]
    currency: Currency
    since: Annotated[OptionalDay, Field(alias="from")] = None
    until: Annotated[OptionalLastDay, Field(alias="to")] = None
