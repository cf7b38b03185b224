"""One layer turns text into values: ``int()`` takes fullwidth digits and underscores, ``Decimal`` takes NaN.

Pages and API parse through the same request models, so both accept the same and refuse the same.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from marketplace.edge import typed
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import MINOR_UNITS
from marketplace.kernel.texts import UNSTORABLE, is_visible

RequestModel = TypeVar("RequestModel", bound=BaseModel)

_WHOLE: Final = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", re.ASCII)
_LONG: Final = re.compile(r"-?[0-9]{16,}(\.[0-9]+)?", re.ASCII)
_MOST: Final = 10**15 - 1
_LINE_BREAK: Final = re.compile(r"[\r\n\t\u2028\u2029]")


def whole_number(value: Any) -> int:
    """Read a whole number: ASCII digits, an optional minus, at most fifteen of them."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.strip())
    _refuse_beyond(value)
    raise PydanticCustomError("whole_number", "a whole number")


def exact_decimal(value: Any) -> Decimal:
    """Read a decimal with a point: ASCII digits, never NaN, infinity, an exponent or a thousands separator.

    A form may have it as its page writes numbers.
    """
    if isinstance(value, str):
        value = typed.number(value)
    _refuse_beyond(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise PydanticCustomError("decimal", "a number such as 1234.50, given as text")


def _refuse_beyond(value: Any) -> None:
    """Refuse a number for its size, not its form, when it has more than fifteen digits before the point."""
    if isinstance(value, str) and _LONG.fullmatch(value.strip()):
        is_negative = value.strip().startswith("-")
    elif isinstance(value, int) and abs(value) > _MOST:
        is_negative = value < 0
    else:
        return
    if is_negative:
        raise PydanticCustomError("too_small", "{accepted}", {"accepted": f"-{_MOST} or more"})
    raise PydanticCustomError("too_large", "{accepted}", {"accepted": f"{_MOST} or less"})


def clean_text(value: Any) -> str:
    """Read text as typed, composed to NFC; control characters, lone surrogates and what nobody can see are refused."""
    if not isinstance(value, str):
        raise PydanticCustomError("text", "text")
    text = unicodedata.normalize("NFC", storable(value)).strip()
    if text and not is_visible(text):
        raise PydanticCustomError("invisible", "text with visible characters")
    return text


def storable(value: Any) -> Any:
    """Refuse control characters and lone surrogates; the text stays as it was typed, as a password has to.

    What Python calls printable has none of them, nor a line break, and is told in half the time of a search.
    """
    if isinstance(value, str) and not value.isprintable() and UNSTORABLE.search(value):
        raise PydanticCustomError("control_characters", "text without control characters")
    return value


def one_line(value: str) -> str:
    """Refuse line breaks where a name or a reference is asked for."""
    if not value.isprintable() and _LINE_BREAK.search(value):
        raise PydanticCustomError("one_line", "text on one line")
    return value


def currency_code(value: Any) -> str:
    """Read an ISO 4217 code that is traded here."""
    code = value.strip().upper() if isinstance(value, str) else ""
    if code not in MINOR_UNITS:
        raise PydanticCustomError("currency", "{accepted}", {"accepted": ", ".join(MINOR_UNITS)})
    return code


def country_code(value: Any) -> str:
    """Read an ISO 3166-1 alpha-2 code; which countries take part is the feature's to say."""
    code = value.strip().upper() if isinstance(value, str) else ""
    if not re.fullmatch(r"[A-Z]{2}", code, re.ASCII):
        raise PydanticCustomError("country", "two letters of ISO 3166-1 such as CN, VN, TH")
    return code


def blank_is_none(value: Any) -> Any:
    """Read an empty form field as not given."""
    return None if isinstance(value, str) and not value.strip() else value


def tick(value: Any) -> bool:
    """Read a checkbox or a JSON boolean."""
    if isinstance(value, bool):
        return value
    if value in ("on", "1", "true", "yes"):
        return True
    if value in ("", "0", "false", "no", None):
        return False
    raise PydanticCustomError("tick", "true or false")


Whole = Annotated[int, BeforeValidator(whole_number, json_schema_input_type=int)]
Exact = Annotated[Decimal, BeforeValidator(exact_decimal, json_schema_input_type=str)]
Text = Annotated[str, BeforeValidator(clean_text, json_schema_input_type=str), Field(min_length=1, max_length=10_000)]
Line = Annotated[
    str,
    BeforeValidator(clean_text, json_schema_input_type=str),
    AfterValidator(one_line),
    Field(min_length=1, max_length=200),
]
# As it is typed, neither stripped nor composed: what is compared or checked as it stands.
Verbatim = Annotated[str, BeforeValidator(storable, json_schema_input_type=str)]
Currency = Annotated[str, BeforeValidator(currency_code, json_schema_input_type=str)]
Country = Annotated[str, BeforeValidator(country_code, json_schema_input_type=str)]
Tick = Annotated[bool, BeforeValidator(tick, json_schema_input_type=bool)]


class Request(BaseModel):
    """The base of every request body: unknown fields are refused, nothing is guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def parse(model: type[RequestModel], data: Mapping[str, Any]) -> RequestModel:
    """Read the data into the model, or raise Refused naming every field, its reason and what is accepted."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Refused("fields", errors=[_field_error(item) for item in error.errors()]) from None


def parse_form(model: type[RequestModel], form: Any) -> RequestModel:
    """Read a submitted form: its one-valued fields as text, those the model wants as lists as lists."""
    lists = {
        name
        for name, info in model.model_fields.items()
        if "list" in str(info.annotation) or "tuple" in str(info.annotation)
    }
    data = {name: form.getlist(name) if name in lists else form.get(name) for name in form if name not in _FORM_EXTRAS}
    return parse(model, data)


def uuid_text(value: str, thing: str) -> UUID:
    """Read an id typed by a person; what is no id names nothing we have."""
    try:
        return UUID(value)
    except ValueError:
        raise Refused.field(thing, "id", "an id as given by this service") from None


_FORM_EXTRAS: Final = {"csrf_token", "idempotency_key"}

_CODES: Final = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_short": "too_short",
    "too_long": "too_long",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "literal_error": "choice",
    "enum": "choice",
    "decimal_max_places": "too_fine",
    "decimal_max_digits": "too_large",
    "decimal_whole_digits": "too_large",
    "uuid_parsing": "id",
    "uuid_type": "id",
    "list_type": "list",
    "tuple_type": "list",
    "string_type": "text",
    "string_unicode": "text",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "datetime_type": "required",  # nothing, where a moment has to be
}
# What a kind is bounded by; where a validator of ours says it, the bound is in its message.
_BOUNDS: Final = {
    "string_too_short": "min_length",
    "string_too_long": "max_length",
    "too_short": "min_length",
    "too_long": "max_length",
}


def _field_error(item: Any) -> FieldError:
    kind, context = item["type"], item.get("ctx", {})
    if kind in {"string_too_short", "too_short"} and context.get("min_length") == 1:
        kind = "missing"  # a form sends its empty fields too
    if kind in {"too_short", "too_long"} and isinstance(item["input"], str):
        kind = f"string_{kind}"  # said of letters, not of entries
    code = str(_CODES.get(kind, kind))
    return FieldError(
        ".".join(str(part) for part in item["loc"]) or "body", code, _accepted(kind, context, item["msg"])
    )


def _accepted(kind: str, context: Mapping[str, Any], message: str) -> str:
    """Say what would be taken, in the terms of the contract rather than the library's."""
    bounds = {
        "missing": "a value",
        "extra_forbidden": "only the documented fields",
        "string_too_short": f"at least {context.get('min_length')} characters",
        "string_too_long": f"at most {context.get('max_length')} characters",
        "too_short": f"at least {context.get('min_length')} entries",
        "too_long": f"at most {context.get('max_length')} entries",
        "greater_than": f"more than {context.get('gt')}",
        "greater_than_equal": f"{context.get('ge')} or more",
        "less_than": f"less than {context.get('lt')}",
        "less_than_equal": f"{context.get('le')} or less",
        "literal_error": str(context.get("expected", "")),
        "enum": str(context.get("expected", "")),
        "decimal_max_digits": f"at most {context.get('max_digits')} digits",
        "decimal_whole_digits": f"at most {context.get('whole_digits')} digits before the point",
        "decimal_max_places": f"at most {context.get('decimal_places')} decimals",
        "uuid_parsing": "an id as given by this service",
        "uuid_type": "an id as given by this service",
        "list_type": "a list",
        "tuple_type": "a list",
        "string_type": "text",
        "string_unicode": "text",
        "dict_type": "an object",
        "model_type": "an object",
        "model_attributes_type": "an object",
        "datetime_type": "a value",
    }
    return message if _BOUNDS.get(kind, "") not in {"", *context} else bounds.get(kind, message)
