"""What nobody sends who means well, as text for forms and queries and as anything for JSON."""

from typing import Any, Final

SCRIPT: Final = "<script>alert(1)</script>"
MEGABYTE: Final = 1024 * 1024


class Raw(str):
    """JSON as it stands on the wire: what ``json.dumps`` would not write."""

    __slots__ = ()


def _deep(levels: int) -> Raw:
    return Raw("[" * levels + "]" * levels)


# Taken for any field: of each kind of trouble one.
TEXTS: Final[dict[str, str]] = {
    "empty": "",
    "blank": " \u3000 ",
    "text": "many",
    "negative": "-1",
    "zero": "0",
    "minus zero": "-0",
    "over 31 bits": str(2**31),
    "over 63 bits": str(2**63),
    "10 to the 30th": str(10**30),
    "15 digits": "9" * 15,
    "exponent": "1e400",
    "not a number": "NaN",
    "infinite": "-Infinity",
    "too fine": "1.1234567890123",
    "finer than coins": "1.005",
    "fullwidth": "\uff11\uff12",
    "arabic digits": "\u0661\u0662",
    "underscore": "1_000",
    "thousands": "1,000",
    "spaced": "FT 2026 001",
    "chinese": "汇款 重庆 003 号",
    "script": SCRIPT,
    "quoted": "\"' onmouseover=alert(1) x='",
    "template": "{{7*7}}{% raise %}${7*7}",
    "percent": "%(accepted)s %s %n 100%",
    "sql": "'; DROP TABLE company; --",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../etc/passwd",
    "header": "a\r\nSet-Cookie: city=1",
    "nul": "a\x00b",
    "escape": "a\x1b[31m",
    "hidden": "\u202egnp.exe\u200b\ufeff",
    "combining": "a" + "\u0301" * 300,
    "emoji": "\U0001f69b" * 40,
    "long": "x" * 5_000,
    "word": "nothing_of_the_kind",
    "currency": "XXX",
    "lower currency": "cny",
    "country": "ZZ",
    "place": "XXNOW",
    "no day": "0000-00-00",
    "impossible day": "2026-02-30",
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "old day": "1900-01-01",
    "no zone": "2026-11-25T08:00:00",
    "far zone": "9999-12-31T23:59:59-23:59",
    "broken id": "01890000-0000-7000-8000-00000000000g",
    "unknown id": "01890000-0000-7000-8000-000000000000",
    "nil id": "00000000-0000-0000-0000-000000000000",
    "json": '{"a": [1]}',
    "tick": "maybe",
    "cursor": "eyJhIjogMX0",
}
# A refusal may say what was typed: these look like texts of ours that were not filled.
ECHOED: Final = (TEXTS["percent"].rstrip("%"), TEXTS["path"])
HUGE: Final = "x" * (10 * MEGABYTE)

# What JSON can say beyond text.
THINGS: Final[dict[str, Any]] = {
    "null": None,
    "true": True,
    "list": ["a"],
    "empty list": [],
    "object": {"a": 1},
    "number": -1,
    "zero number": 0,
    "fraction": 0.1,
    "huge number": 2**63,
    "over 31 bits number": 2**31,
    "15 digits number": 10**15 - 1,
    "4301 digits": Raw("9" * 4_301),
    "NaN": Raw("NaN"),
    "infinity": Raw("-Infinity"),
    "overflow": Raw("1e400"),
    "minus zero number": Raw("-0"),
    "lone surrogate": Raw('"\\ud800"'),
    "escaped nul": Raw('"a\\u0000b"'),
    "20 levels": _deep(20),
    "1000 levels": _deep(1_000),
    "100000 levels": _deep(100_000),
    "many entries": [""] * 3_000,
    "wide object": {f"k{number}": number for number in range(3_000)},
    "texts in a list": [SCRIPT, SCRIPT],
    "twice in a list": ["01890000-0000-7000-8000-000000000000"] * 2,
}
