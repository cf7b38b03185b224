"""Session cookies as Flask signs them, verified once: a browser sends the same one with every request."""

from collections.abc import Hashable
from copy import deepcopy
from functools import lru_cache
from typing import Any, Final

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, URLSafeTimedSerializer

# A cookie and what it holds take about 1 kB, 4 kB at most.
_KEPT: Final = 1_024


class Sessions(SecureCookieSessionInterface):
    """Flask's own, with a serializer that remembers what it has verified."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the serializer for this application's keys."""
        keys = (*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key)
        return _serializer(self, keys) if app.secret_key else None


class Remembering(URLSafeTimedSerializer):
    """Reads a signed text once; that its time is not over is looked at each time, by the clock that signed it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        """Take what the serializer takes."""
        super().__init__(*given, **named)
        self._read = lru_cache(maxsize=_KEPT)(super().loads)

    def loads(  # type: ignore[override]
        self,
        s: str | bytes,
        max_age: int | None = None,
        return_timestamp: bool = False,  # noqa: FBT001, FBT002  its own signature
        salt: str | bytes | None = None,
    ) -> Any:
        """Return the payload, each time as a new object; BadSignature for what this application has not signed."""
        payload, signed_at = self._read(s, return_timestamp=True, salt=salt)
        if max_age is not None:
            age = self.default_signer("").get_timestamp() - int(signed_at.timestamp())
            if not 0 <= age <= max_age:
                message = f"Signature age {age} is not within {max_age} seconds"
                raise SignatureExpired(message, payload=payload, date_signed=signed_at)
        payload = deepcopy(payload)
        return (payload, signed_at) if return_timestamp else payload


@lru_cache(maxsize=8)
def _serializer(like: Sessions, keys: tuple[Hashable, ...]) -> Remembering:
    known = {"key_derivation": like.key_derivation, "digest_method": like.digest_method}
    return Remembering(list(keys), salt=like.salt, serializer=like.serializer, signer_kwargs=known)
