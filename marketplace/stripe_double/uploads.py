"""Files that are sent along: the one call of the API whose body is no form of words. Source: RFC 7578."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.formparser import parse_form_data

from marketplace.stripe_double.errors import invalid

FORM: Final = "multipart/form-data"
# The only call that takes files.
_PATH: Final = "/v1/files"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def read(path: str, content_type: str, body: bytes) -> tuple[dict[str, Any], str]:
    """Return the parameters of a body in parts, and what is alike whenever the same is sent again."""
    if path != _PATH:
        raise invalid("Invalid request: only files are sent as multipart/form-data.")
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    _, form, files = parse_form_data(environ)
    given: dict[str, Any] = dict(form.items())
    for name, file in files.items():
        given[name] = Upload(file.filename or "blob", file.read())
        file.close()
    said = [f"{name}={value.sha256 if isinstance(value, Upload) else value}" for name, value in sorted(given.items())]
    return given, "&".join(said)
