"""Text messages through an HTTP gateway: one POST of JSON a message, as gateways and their adapters take it."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen
from uuid import UUID

from marketplace.kernel.errors import Unavailable
from marketplace.mail.channels import Letter, Undeliverable

_PATIENCE: Final = 20  # seconds for the gateway to answer
# Refused for good; any other failure may pass.
_FINAL: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY})


@dataclass(frozen=True, slots=True)
class TextGateway:
    """Posts ``{"id", "to", "text"}`` to a URL; ``to`` is a number in E.164, ``id`` the same for a second delivery."""

    url: str
    token: str = ""

    def deliver(self, letter: Letter) -> None:
        """Hand over one message."""
        text = f"{letter.subject}\n{letter.body}".strip()
        body = json.dumps({"id": str(letter.id), "to": letter.to, "text": text}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(letter.id)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(self.url, data=body, headers=headers, method="POST")  # noqa: S310  checked by the settings
        try:
            with urlopen(request, timeout=_PATIENCE):  # noqa: S310
                return
        except HTTPError as refusal:
            refusal.close()
            if refusal.code in _FINAL:
                raise Undeliverable(str(refusal.code)) from None
            raise Unavailable("texts", error=str(refusal.code)) from None
        except (URLError, OSError) as error:
            raise Unavailable("texts", error=type(error).__name__) from None

    def forget(self, letter_id: UUID) -> None:
        """Keep nothing: what a gateway took is the reader's."""
