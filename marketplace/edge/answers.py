"""Which HTTP status a refusal has, and its problem document (RFC 9457)."""

from typing import Any, Final

from marketplace.edge.messages import field_sentence, sentence
from marketplace.kernel.errors import (
    Conflict,
    DomainError,
    Malformed,
    NotAllowed,
    NotFound,
    Refused,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)

_STATUS: Final[dict[type[DomainError], int]] = {
    Malformed: 400,
    Unauthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Refused: 422,
    TooMany: 429,
    Unavailable: 503,
}
PROBLEM: Final = "application/problem+json"
TITLES: Final = {
    400: "Malformed request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Fields refused",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 422)


def problem(error: DomainError) -> dict[str, Any]:
    """Return the refusal as a problem document; facts that help a program follow under their own names."""
    status = status_of(error)
    return {
        "type": f"urn:city:problem:{error.code}",
        "title": TITLES[status],
        "status": status,
        "detail": sentence(error),
        "errors": [
            {
                "field": item.field,
                "code": item.code,
                "message": field_sentence(item),
                "accepted": item.accepted,
            }
            for item in error.errors
        ],
        "facts": {
            name: value if isinstance(value, int | list | dict | bool) else str(value)
            for name, value in error.facts.items()
        },
    }


def headers_of(error: DomainError) -> dict[str, str]:
    """Return the headers that go with a refusal."""
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.facts.get("retry_after", 60))}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {}
