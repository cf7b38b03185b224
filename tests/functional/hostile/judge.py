"""What a refusal has to be: ours, in words, naming the field, and harmless to show."""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final

from werkzeug.test import TestResponse

from tests.functional.hostile.values import ECHOED, SCRIPT

_CODE: Final = re.compile(r"[a-z0-9_.]*", re.ASCII)
_LEAKS: Final = ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "pydantic", "Input should", "site-packages", "PIL.")
_BLANKS: Final = ("Possible now: .", "of: .", ": .", "%(", "None", "undefined")
_RANGES: Final = ("too_small", "too_large", "too_short", "too_long", "too_fine", "range")


class _Page(HTMLParser):
    """Collects what a page says was wrong, and which fields it has."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.labels: dict[str, str] = {}
        self.links: list[tuple[str, str]] = []
        self.is_error_page = False
        self.alerts: list[str] = []
        self._depth = 0
        self._label = ""
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.add(str(found["id"]))
        classes = (found.get("class") or "").split()
        self.is_error_page |= "error-page" in classes
        if "error-summary" in classes or "notice--bad" in classes or "said--bad" in classes:
            self.alerts.append("")
            self._depth = 1
        elif self._depth and tag == "div":
            self._depth += 1
        if tag == "a" and self._depth and (found.get("href") or "").startswith("#"):
            self._link = str(found["href"])[1:]
            self.links.append((self._link, ""))

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag == "div":
            self._depth -= 1
        if tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.alerts[-1] += data
        if self._link:
            self.links[-1] = (self._link, self.links[-1][1] + data)


@dataclass
class Verdict:
    """What is wrong with an answer; empty when nothing is."""

    faults: list[str] = field(default_factory=list)

    def unless(self, holds: object, fault: str) -> None:
        """Note a fault."""
        if not holds:
            self.faults.append(fault)


def api(answer: TestResponse, attacked: str = "") -> list[str]:
    """Return the faults of an answer of the API."""
    verdict = Verdict()
    verdict.unless(answer.status_code < 500, f"status {answer.status_code}")
    if answer.status_code < 400:
        return verdict.faults
    verdict.unless(answer.mimetype == "application/problem+json", f"a refusal as {answer.mimetype}")
    problem: dict[str, Any] = answer.get_json(silent=True) or {}
    missing = {"type", "title", "status", "detail", "errors"} - problem.keys()
    if missing:
        return [*verdict.faults, f"without {sorted(missing)}"]
    _in_words(verdict, str(problem["detail"]), "detail")
    for item in problem["errors"]:
        _in_words(verdict, str(item["message"]), item["field"])
        verdict.unless(item["field"] and item["code"], "an error without field or code")
        if str(item["code"]).startswith(_RANGES) or item["code"] == "choice":
            verdict.unless(item["accepted"], f"{item['field']}: {item['code']} without what is accepted")
        verdict.unless(
            "Choose one of" not in item["message"] or not re.search(r"\d to \d|or more|or less", item["accepted"]),
            f"{item['field']}: a range is no choice: {item['message']}",
        )
    if answer.status_code == 422:
        verdict.unless(problem["errors"] or not problem["type"].endswith(":fields"), "422 names no field")
        verdict.unless(not problem["type"].endswith("database_value"), "the database had to refuse it")
        roots = {str(item["field"]).split(".")[0] for item in problem["errors"]}
        verdict.unless(_is_named(attacked, roots), f"{attacked} was wrong, {sorted(roots)} named")
    return verdict.faults


def page(
    answer: TestResponse, attacked: str = "", controls: Container[str] = (), codes: Container[str] = ()
) -> list[str]:
    """Return the faults of an answer to a browser."""
    verdict = Verdict()
    verdict.unless(answer.status_code < 500, f"status {answer.status_code}")
    if answer.mimetype != "text/html" or 300 <= answer.status_code < 400:
        return verdict.faults
    text = answer.text
    verdict.unless(SCRIPT not in text, "a script came back unescaped")
    verdict.unless(
        "' onmouseover=alert(1)" not in text.replace("&#39;", "").replace("&#34;", ""), "an attribute broke out"
    )
    verdict.unless("49{%" not in text, "a template was run")
    if answer.status_code < 400:
        return verdict.faults
    shown = _Page()
    shown.feed(text)
    _in_words(verdict, said(answer), "page")
    if answer.status_code == 422 and not shown.is_error_page:
        verdict.unless(shown.links, "422 without links to the fields")
        for target, words in shown.links:
            is_there = target in shown.ids or target.removeprefix("field-") not in controls
            verdict.unless(is_there, f"a link to #{target}, which is not there")
            verdict.unless(re.match(r"\s*[^:：]{1,80}[:：]\s*\S", words), f"names no field: {words.strip()!r}")
            verdict.unless("Field “" not in words, f"a field by its raw name: {words.strip()!r}")
            for each in re.findall(r"[a-z0-9_]{2,}", words.partition("：")[2]):
                verdict.unless(each not in codes, f"a choice by its inner code: {words.strip()!r}")
    if answer.status_code == 422 and attacked and shown.links:
        named = {target.removeprefix("field-").split(".")[0] for target, _ in shown.links}
        verdict.unless(
            _is_named(attacked.split(".", maxsplit=1)[0], named), f"{attacked} was wrong, {sorted(named)} named"
        )
    return verdict.faults


# Two ways to say one thing: either is named.
_TOGETHER: Final = (
    {"stock", "lead_days"},
    {"starts_at", "ends_at", "register_until"},
    {"incoterm", "price_basis", "ladders", "place", "currency", "price"},
    {
        "carton_units",
        "carton_l",
        "carton_w",
        "carton_h",
        "gross_kg",
        "net_kg",
        "packing",
        "multiple",
        "moq",
        "quantity",
    },
    {"axes", "members"},
    {"values", "members"},
    {"company", "companies", "group", "groups"},
    {"title", "titles", "title_en", "title_zh", "title_vi", "locale", "description", "descriptions"},
    {"file_id", "seal_file_id", "file"},
    {"m3", "length_cm", "width_cm", "height_cm"},
    {"hs", "category", "commodity"},
    {"payment_id", "payment_ids"},
    {"damaged", "damaged_cartons", "cartons"},
    {"from", "to", "period"},
    {"valid_from", "valid_to", "valid_until"},
    {"from_on", "until_on"},
    {"tiers", "ladders", "price", "moq"},
    {"expected_totals", "total"},
    {"country", "bic", "registration_number"},
    {"licence_file_id", "payee", "file"},
    {"password", "login", "code", "new_password", "person_name", "company_name"},
)


def _is_named(attacked: str, named: set[str]) -> bool:
    together = set().union(*(group for group in _TOGETHER if attacked in group)) | {attacked}
    return not attacked or not named or bool(named & together)


def said(answer: TestResponse) -> str:
    """Return what a page says was wrong."""
    shown = _Page()
    shown.feed(answer.text)
    return " ".join(shown.alerts) or _error_page(answer.text)


def _error_page(text: str) -> str:
    found = re.search(r'<div class="error-page">(.*?)</main>', text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", found[1])) if found else ""


def _in_words(verdict: Verdict, said: str, where: str) -> None:
    verdict.unless(said.strip() and not _CODE.fullmatch(said.strip()), f"{where}: no sentence but {said!r}")
    for echo in ECHOED:  # what somebody typed is no text of ours
        said = said.replace(echo, "…")
    for leak in _LEAKS:
        verdict.unless(leak not in said, f"{where}: shows our inside: {said[:200]!r}")
    for blank in _BLANKS:
        verdict.unless(blank not in said, f"{where}: unfilled text: {said[:200]!r}")
